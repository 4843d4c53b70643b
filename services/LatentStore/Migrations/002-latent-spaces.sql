-- Latents belong to latent spaces, which several model versions and data sets may share; attributes are three-valued; every change has a
-- revision that the copies in the services' memory follow.

ALTER TABLE model_versions RENAME TO old_model_versions;
ALTER TABLE old_model_versions RENAME CONSTRAINT model_versions_pkey TO old_model_versions_pkey;
ALTER TABLE old_model_versions RENAME CONSTRAINT model_versions_name_version_key TO old_model_versions_name_version_key;
ALTER SEQUENCE model_versions_id_seq RENAME TO old_model_versions_id_seq;
ALTER TABLE latents RENAME TO old_latents;
ALTER TABLE old_latents RENAME CONSTRAINT latents_pkey TO old_latents_pkey;
ALTER TABLE old_latents RENAME CONSTRAINT latents_model_id_source_key TO old_latents_model_id_source_key;

CREATE TABLE latent_spaces (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text COLLATE "C" NOT NULL UNIQUE CHECK (digest ~ '^[0-9a-f]{64}$'),
    latent_size int NOT NULL CHECK (latent_size BETWEEN 1 AND 2000),
    attributes text[] NOT NULL DEFAULT '{}' CHECK (cardinality(attributes) <= 64),
    revision bigint NOT NULL DEFAULT 0,
    changed_by xid8,
    deletions_from bigint NOT NULL DEFAULT 0,
    epoch uuid NOT NULL DEFAULT gen_random_uuid(),
    provisional boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE latent_spaces IS 'What an encoder and a decoder share. Latents of two spaces never meet.';
COMMENT ON COLUMN latent_spaces.id IS 'Given by the database; names the partition of latents, latents_of_space_ID.';
COMMENT ON COLUMN latent_spaces.digest IS 'SHA-256 of the encoder and the decoder, as in the manifest of a model version.';
COMMENT ON COLUMN latent_spaces.latent_size IS 'Numbers in each latent, 1 to 2000.';
COMMENT ON COLUMN latent_spaces.attributes IS 'Element i + 1 names bit i of the masks. Names are only ever appended.';
COMMENT ON COLUMN latent_spaces.revision IS 'Grows by 1 with every transaction that changes the space''s latents, in the order of the commits.';
COMMENT ON COLUMN latent_spaces.changed_by IS 'The transaction that set the revision; it raises it once, however many rows it changes.';
COMMENT ON COLUMN latent_spaces.deletions_from IS 'Table deletions holds all deletions after this revision; a copy that is older is read anew.';
COMMENT ON COLUMN latent_spaces.epoch IS 'Another one after the rows were changed in a way that revisions do not tell: TRUNCATE, a restored backup.';
COMMENT ON COLUMN latent_spaces.provisional IS 'Made from a store of schema 1, which knew no latent spaces; the first registration of its model version gives the digest.';
COMMENT ON COLUMN latent_spaces.created_at IS 'When it was first registered.';

CREATE TABLE model_versions (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    space_id int NOT NULL REFERENCES latent_spaces,
    registered_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (name, version)
);
CREATE INDEX model_versions_space ON model_versions (space_id);
COMMENT ON TABLE model_versions IS 'Registered model versions. A refitted sampler is a new version with the same latent space.';
COMMENT ON COLUMN model_versions.id IS 'In the order of registration: the greatest answers requests that name no version.';
COMMENT ON COLUMN model_versions.name IS 'The part before the @ of NAME@VERSION.';
COMMENT ON COLUMN model_versions.version IS 'The part after the @.';
COMMENT ON COLUMN model_versions.space_id IS 'Its latent space.';
COMMENT ON COLUMN model_versions.registered_at IS 'When it was registered.';

CREATE TABLE datasets (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    space_id int NOT NULL REFERENCES latent_spaces,
    name text COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
    added_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (space_id, name)
);
COMMENT ON TABLE datasets IS 'The data sets whose faces a latent space holds.';
COMMENT ON COLUMN datasets.id IS 'Given by the database.';
COMMENT ON COLUMN datasets.space_id IS 'The latent space. A data set that was encoded into two spaces has a row in each.';
COMMENT ON COLUMN datasets.name IS 'Such as "drawn/1" or "fairface".';
COMMENT ON COLUMN datasets.added_at IS 'When its first face came.';

-- No foreign key to datasets: it would cost a third of a bulk load's time. The trigger below checks what SQL writes, the service looks its
-- data sets up under the space's lock, and keep_dataset refuses to remove one that has faces.
CREATE TABLE latents (
    id bigint NOT NULL DEFAULT nextval('latent_ids'),
    space_id int NOT NULL,
    dataset_id int NOT NULL,
    source text COLLATE "C" NOT NULL CHECK (length(source) BETWEEN 1 AND 512),
    vector vector NOT NULL,
    has bigint NOT NULL,
    known bigint NOT NULL,
    provenance smallint NOT NULL CHECK (provenance IN (1, 2)),
    revision bigint NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT has_is_known CHECK (has & ~known = 0),
    -- The id first: one probe a partition finds a face whose latent space is not known.
    PRIMARY KEY (id, space_id),
    UNIQUE (space_id, dataset_id, source)
) PARTITION BY LIST (space_id);
-- The greatest revision of a range of pages is that of its latest change, so this small index finds what is newer than a copy.
CREATE INDEX latents_revision ON latents USING brin (revision) WITH (pages_per_range = 32);
COMMENT ON TABLE latents IS 'One row a face, in a partition for each latent space. The view faces shows it with names.';
COMMENT ON COLUMN latents.id IS 'Unique across latent spaces; stays when the face is replaced.';
COMMENT ON COLUMN latents.space_id IS 'The latent space; never changes.';
COMMENT ON COLUMN latents.dataset_id IS 'The data set, of the same latent space.';
COMMENT ON COLUMN latents.source IS 'Names the picture within its data set.';
COMMENT ON COLUMN latents.vector IS 'As many numbers as the latent space has, each within [-100, 100].';
COMMENT ON COLUMN latents.has IS 'Bit i: the face has attribute i of its latent space.';
COMMENT ON COLUMN latents.known IS 'Bit i: it is known whether it has attribute i.';
COMMENT ON COLUMN latents.provenance IS '1 synthetic, 2 a photograph of a person: personal data.';
COMMENT ON COLUMN latents.revision IS 'The latent space''s revision that last changed the row. Leave it out when you write: a trigger sets it.';
COMMENT ON COLUMN latents.stored_at IS 'When the row was last changed.';

CREATE TABLE deletions (
    space_id int NOT NULL REFERENCES latent_spaces,
    revision bigint NOT NULL,
    id bigint NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX deletions_revision ON deletions (space_id, revision);
COMMENT ON TABLE deletions IS 'Which faces were deleted lately, so that copies in memory drop them. Holds a day.';
COMMENT ON COLUMN deletions.space_id IS 'The latent space.';
COMMENT ON COLUMN deletions.revision IS 'Its revision that deleted the face.';
COMMENT ON COLUMN deletions.id IS 'The face; nothing else of it is kept.';
COMMENT ON COLUMN deletions.deleted_at IS 'When it was deleted.';

CREATE TABLE mean_latents (
    space_id int PRIMARY KEY REFERENCES latent_spaces,
    mean vector NOT NULL,
    faces bigint NOT NULL,
    revision bigint NOT NULL,
    computed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE mean_latents IS 'The mean latent of a space''s faces, computed with its directions. Deleting a face deletes it, because the face is in it.';
COMMENT ON COLUMN mean_latents.space_id IS 'The latent space.';
COMMENT ON COLUMN mean_latents.mean IS 'The mean of all its faces.';
COMMENT ON COLUMN mean_latents.faces IS 'How many they were.';
COMMENT ON COLUMN mean_latents.revision IS 'The space''s revision at which it was computed.';
COMMENT ON COLUMN mean_latents.computed_at IS 'When it was computed.';

CREATE TABLE direction_vectors (
    space_id int NOT NULL REFERENCES mean_latents ON DELETE CASCADE,
    attribute text NOT NULL,
    unit vector NOT NULL,
    length double precision NOT NULL,
    faces_with bigint NOT NULL,
    faces_without bigint NOT NULL,
    auc double precision NOT NULL,
    PRIMARY KEY (space_id, attribute)
);
COMMENT ON TABLE direction_vectors IS 'For each attribute, the mean of the faces that have it minus the mean of those that lack it.';
COMMENT ON COLUMN direction_vectors.space_id IS 'The latent space.';
COMMENT ON COLUMN direction_vectors.attribute IS 'The attribute''s name.';
COMMENT ON COLUMN direction_vectors.unit IS 'The direction, divided by its length.';
COMMENT ON COLUMN direction_vectors.length IS 'Its length before the division.';
COMMENT ON COLUMN direction_vectors.faces_with IS 'Faces known to have the attribute.';
COMMENT ON COLUMN direction_vectors.faces_without IS 'Faces known to lack it.';
COMMENT ON COLUMN direction_vectors.auc IS 'Area under the ROC curve of the projection on it, 0.5 to 1, of at most 20 000 faces.';

CREATE TABLE heartbeat (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    beaten_at timestamptz NOT NULL
);
COMMENT ON TABLE heartbeat IS 'One row that the services write to find out whether the database takes writes.';
COMMENT ON COLUMN heartbeat.only_row IS 'True.';
COMMENT ON COLUMN heartbeat.beaten_at IS 'When a service wrote it last.';

-- The revision of the running transaction's changes of a space. Locks the space's row to the end of the transaction, so that
-- revisions are committed in their order.
CREATE FUNCTION next_revision(space int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    mine bigint;
BEGIN
    UPDATE latent_spaces SET revision = revision + 1, changed_by = pg_current_xact_id()
    WHERE id = space AND changed_by IS DISTINCT FROM pg_current_xact_id()
    RETURNING revision INTO mine;
    IF FOUND THEN
        PERFORM pg_notify('facemix_latents', '');
    ELSE
        SELECT revision INTO STRICT mine FROM latent_spaces WHERE id = space;
    END IF;
    RETURN mine;
END $$;
COMMENT ON FUNCTION next_revision IS 'Raises a latent space''s revision, once a transaction, and returns it.';

-- What SQL writes. The service gives the revision itself, and its rows pass by without a call.
CREATE FUNCTION stamp_latent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    names int;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.space_id) IS DISTINCT FROM (OLD.id, OLD.space_id) THEN
        RAISE EXCEPTION 'A face keeps its id and its latent space: insert it into the other space and delete it here.' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.revision := next_revision(NEW.space_id);
    NEW.stored_at := now();
    SELECT cardinality(attributes) INTO names FROM latent_spaces WHERE id = NEW.space_id;
    IF names < 64 AND NEW.known & (-1::bigint << names) <> 0 THEN
        RAISE EXCEPTION 'A mask has bits set for which latent space % has no attribute; it has %.', NEW.space_id, names USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM datasets WHERE id = NEW.dataset_id AND space_id = NEW.space_id) THEN
        RAISE EXCEPTION 'Latent space % has no data set %.', NEW.space_id, NEW.dataset_id USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION stamp_latent IS 'Trigger: checks a row that SQL writes and gives it its revision.';
CREATE TRIGGER stamp_insert BEFORE INSERT ON latents FOR EACH ROW WHEN (NEW.revision IS NULL) EXECUTE FUNCTION stamp_latent();
CREATE TRIGGER stamp_update BEFORE UPDATE ON latents FOR EACH ROW WHEN (NEW.revision = OLD.revision) EXECUTE FUNCTION stamp_latent();

CREATE FUNCTION note_deletions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    space int;
    now_at bigint;
BEGIN
    FOR space IN SELECT DISTINCT space_id FROM gone ORDER BY space_id LOOP
        now_at := next_revision(space);
        INSERT INTO deletions (space_id, revision, id) SELECT space, now_at, id FROM gone WHERE space_id = space;
        DELETE FROM mean_latents WHERE space_id = space;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION note_deletions IS 'Trigger: notes deleted faces for the copies in memory, and deletes the directions that they fed.';
CREATE TRIGGER note_deletions AFTER DELETE ON latents REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_deletions();

CREATE FUNCTION note_truncation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM next_revision(TG_ARGV[0]::int);
    UPDATE latent_spaces SET epoch = gen_random_uuid() WHERE id = TG_ARGV[0]::int;
    DELETE FROM mean_latents WHERE space_id = TG_ARGV[0]::int;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION note_truncation IS 'Trigger: a truncated latent space is read anew by the copies in memory.';

CREATE FUNCTION keep_dataset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    -- Whoever adds faces holds this lock from before they look the data set up.
    PERFORM FROM latent_spaces WHERE id = OLD.space_id FOR UPDATE;
    IF EXISTS (SELECT FROM latents WHERE space_id = OLD.space_id AND dataset_id = OLD.id) THEN
        RAISE EXCEPTION 'Data set % has faces; delete them first.', OLD.name USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN OLD;
END $$;
COMMENT ON FUNCTION keep_dataset IS 'Trigger: a data set that has faces stays.';
CREATE TRIGGER keep_dataset BEFORE DELETE ON datasets FOR EACH ROW EXECUTE FUNCTION keep_dataset();

CREATE FUNCTION keep_attributes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.attributes[1:cardinality(OLD.attributes)] IS DISTINCT FROM OLD.attributes OR NEW.latent_size <> OLD.latent_size THEN
        RAISE EXCEPTION 'A latent space keeps its size and its attributes; names can only be appended.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION keep_attributes IS 'Trigger: the bits of the masks keep their meaning.';
CREATE TRIGGER keep_attributes BEFORE UPDATE OF attributes, latent_size ON latent_spaces FOR EACH ROW EXECUTE FUNCTION keep_attributes();

-- The partition is made beside the table and then attached, so that readers of other spaces do not wait. A row may fill its page: a
-- latent that lies outside it would cost an exact search another read a row.
CREATE FUNCTION add_latent_space(digest text, latent_size int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    space int;
    part text;
BEGIN
    INSERT INTO latent_spaces (digest, latent_size) VALUES (add_latent_space.digest, add_latent_space.latent_size) RETURNING id INTO space;
    part := format('latents_of_space_%s', space);
    EXECUTE format(
        'CREATE TABLE %I (
            LIKE latents INCLUDING ALL,
            CONSTRAINT of_this_space CHECK (space_id = %s),
            CONSTRAINT has_its_size CHECK (vector_dims(vector) = %s),
            CONSTRAINT is_bounded CHECK (vector_norm(vector) <= %s)
        ) WITH (toast_tuple_target = 8160)', part, space, latent_size, 101 * sqrt(latent_size));
    EXECUTE format('COMMENT ON TABLE %I IS %L', part, 'The faces of latent space ' || space || '.');
    EXECUTE format('ALTER TABLE latents ATTACH PARTITION %I FOR VALUES IN (%s)', part, space);
    EXECUTE format('CREATE TRIGGER note_deletions AFTER DELETE ON %I REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_deletions()', part);
    EXECUTE format('CREATE TRIGGER note_truncation AFTER TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION note_truncation(%s)', part, space);
    RETURN space;
END $$;
COMMENT ON FUNCTION add_latent_space IS 'Makes a latent space with its partition and returns its id.';

-- The rows of schema 1. Every attribute of a model version was known there; drawn faces were called drawn/SEED/NUMBER.
DO $$
DECLARE
    old record;
    space int;
    everything bigint;
BEGIN
    FOR old IN SELECT * FROM old_model_versions ORDER BY version, name LOOP
        space := add_latent_space(encode(sha256(convert_to(old.name || '@' || old.version, 'UTF8')), 'hex'), old.latent_size);
        UPDATE latent_spaces SET attributes = old.attributes, provisional = true, revision = 1, created_at = old.created_at WHERE id = space;
        INSERT INTO model_versions (name, version, space_id, registered_at) VALUES (old.name, old.version, space, old.created_at);
        everything := CASE WHEN cardinality(old.attributes) = 64 THEN -1 ELSE (1::bigint << cardinality(old.attributes)) - 1 END;
        INSERT INTO datasets (space_id, name)
        SELECT DISTINCT space, coalesce(substring(source FROM '^(drawn/[0-9]+)/.'), CASE provenance WHEN 2 THEN 'photographs' ELSE 'unnamed' END)
        FROM old_latents WHERE model_id = old.id;
        INSERT INTO latents (id, space_id, dataset_id, source, vector, has, known, provenance, revision, stored_at)
        SELECT l.id, space, d.id, coalesce(substring(l.source FROM '^drawn/[0-9]+/(.+)$'), l.source), l.vector, l.attributes, everything, l.provenance, 1, l.stored_at
        FROM old_latents l
        JOIN datasets d ON d.space_id = space
            AND d.name = coalesce(substring(l.source FROM '^(drawn/[0-9]+)/.'), CASE l.provenance WHEN 2 THEN 'photographs' ELSE 'unnamed' END)
        WHERE l.model_id = old.id;
    END LOOP;
END $$;
DROP TABLE old_latents, old_model_versions;
COMMENT ON SEQUENCE latent_ids IS 'Ids of faces.';
COMMENT ON TABLE schema_migrations IS 'Which migrations were applied.';
COMMENT ON COLUMN schema_migrations.number IS 'From 1, without gaps.';
COMMENT ON COLUMN schema_migrations.name IS 'The file''s name.';
COMMENT ON COLUMN schema_migrations.checksum IS 'SHA-256 of its text.';
COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied.';
