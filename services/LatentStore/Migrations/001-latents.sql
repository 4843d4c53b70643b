-- Latents by model version. Two models' latents must never meet, so each version has a partition of its own.

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE model_versions (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Compared byte by byte, as the model store orders versions.
    name text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    latent_size int NOT NULL CHECK (latent_size BETWEEN 1 AND 2000),
    -- Bit i of a mask is element i + 1.
    attributes text[] NOT NULL CHECK (cardinality(attributes) <= 64),
    -- How many latents there are, and a number that grows with every change of them:
    -- both are written in the transaction that writes the latents.
    latents bigint NOT NULL DEFAULT 0 CHECK (latents >= 0),
    revision bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (name, version)
);

CREATE SEQUENCE latent_ids;

-- No foreign key to model_versions: a partition's own condition says the same, and costs nothing per row.
CREATE TABLE latents (
    id bigint NOT NULL DEFAULT nextval('latent_ids'),
    model_id int NOT NULL,
    source text COLLATE "C" NOT NULL CHECK (length(source) BETWEEN 1 AND 512),
    vector vector NOT NULL,
    attributes bigint NOT NULL,
    -- As in the proto: 1 synthetic, 2 a photograph of a person.
    provenance smallint NOT NULL CHECK (provenance IN (1, 2)),
    stored_at timestamptz NOT NULL DEFAULT now(),
    -- The id first: one probe a partition finds a latent whose model version is not known. With the masks,
    -- this index alone answers what matching by features reads.
    PRIMARY KEY (id, model_id) INCLUDE (attributes),
    UNIQUE (model_id, source)
) PARTITION BY LIST (model_id);
