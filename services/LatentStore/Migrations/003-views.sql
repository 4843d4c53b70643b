-- What data teams read: names in place of bits and keys.

CREATE FUNCTION attribute_names(mask bigint, names text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT names[i] FROM generate_series(1, cardinality(names)) AS i WHERE mask >> (i - 1) & 1 = 1)
$$;
COMMENT ON FUNCTION attribute_names IS 'The names of a mask''s bits, in the latent space''s order.';

CREATE VIEW models AS
SELECT v.name || '@' || v.version AS model, s.digest AS latent_space, s.latent_size, v.registered_at,
    v.id = max(v.id) OVER () AS is_default, v.id = max(v.id) OVER (PARTITION BY v.space_id) AS is_newest_of_space, v.space_id
FROM model_versions v JOIN latent_spaces s ON s.id = v.space_id;
COMMENT ON VIEW models IS 'Registered model versions.';
COMMENT ON COLUMN models.model IS 'NAME@VERSION.';
COMMENT ON COLUMN models.latent_space IS 'SHA-256 of its encoder and decoder.';
COMMENT ON COLUMN models.latent_size IS 'Numbers in each latent.';
COMMENT ON COLUMN models.registered_at IS 'When it was registered.';
COMMENT ON COLUMN models.is_default IS 'Registered last: it answers requests that name no version.';
COMMENT ON COLUMN models.is_newest_of_space IS 'Registered last of those with its latent space.';
COMMENT ON COLUMN models.space_id IS 'The latent space''s number.';

CREATE VIEW faces AS
SELECT l.id, m.model, m.latent_space, d.name AS dataset, l.source,
    attribute_names(l.has, s.attributes) AS attributes,
    attribute_names(~l.known, s.attributes) AS not_known,
    CASE l.provenance WHEN 1 THEN 'synthetic' ELSE 'photograph' END AS provenance,
    l.vector AS latent, l.stored_at, l.space_id
FROM latents l
JOIN latent_spaces s ON s.id = l.space_id
JOIN datasets d ON d.id = l.dataset_id
JOIN models m ON m.space_id = l.space_id AND m.is_newest_of_space;
COMMENT ON VIEW faces IS 'One row a face.';
COMMENT ON COLUMN faces.id IS 'Unique across latent spaces; GetLatent takes it.';
COMMENT ON COLUMN faces.model IS 'NAME@VERSION; of several with its latent space the one registered last.';
COMMENT ON COLUMN faces.latent_space IS 'SHA-256 of the encoder and the decoder.';
COMMENT ON COLUMN faces.dataset IS 'The data set.';
COMMENT ON COLUMN faces.source IS 'Names the picture within its data set.';
COMMENT ON COLUMN faces.attributes IS 'The attributes it has.';
COMMENT ON COLUMN faces.not_known IS 'The attributes of which it is not known whether it has them. All others it lacks.';
COMMENT ON COLUMN faces.provenance IS '"synthetic" or "photograph": a photograph''s latent is personal data.';
COMMENT ON COLUMN faces.latent IS 'The latent; pgvector''s operators measure distances: <-> Euclidean, <=> cosine.';
COMMENT ON COLUMN faces.stored_at IS 'When it was last changed.';
COMMENT ON COLUMN faces.space_id IS 'The latent space''s number; a condition on it reads one partition only.';

-- Grouped by masks first: far fewer rows meet the list of attributes.
CREATE VIEW attributes AS
SELECT m.model, m.latent_space, a.position::int AS position, a.name,
    coalesce(sum(g.faces) FILTER (WHERE g.has >> (a.position - 1)::int & 1 = 1), 0)::bigint AS has,
    coalesce(sum(g.faces) FILTER (WHERE (g.known & ~g.has) >> (a.position - 1)::int & 1 = 1), 0)::bigint AS has_not,
    coalesce(sum(g.faces) FILTER (WHERE g.known >> (a.position - 1)::int & 1 = 0), 0)::bigint AS not_known
FROM models m
JOIN latent_spaces s ON s.id = m.space_id
CROSS JOIN LATERAL unnest(s.attributes) WITH ORDINALITY AS a(name, position)
LEFT JOIN (SELECT space_id, has, known, count(*) AS faces FROM latents GROUP BY space_id, has, known) AS g ON g.space_id = s.id
WHERE m.is_newest_of_space
GROUP BY m.model, m.latent_space, a.position, a.name;
COMMENT ON VIEW attributes IS 'The attributes of each latent space with the number of faces.';
COMMENT ON COLUMN attributes.model IS 'NAME@VERSION; of several with the latent space the one registered last.';
COMMENT ON COLUMN attributes.latent_space IS 'SHA-256 of the encoder and the decoder.';
COMMENT ON COLUMN attributes.position IS 'From 1; its bit in the masks is one less.';
COMMENT ON COLUMN attributes.name IS 'As in CelebA''s list where it has one.';
COMMENT ON COLUMN attributes.has IS 'Faces known to have it.';
COMMENT ON COLUMN attributes.has_not IS 'Faces known to lack it.';
COMMENT ON COLUMN attributes.not_known IS 'Faces of which it is not known.';

CREATE VIEW directions AS
SELECT m.model, m.latent_space, v.attribute, v.unit, v.length, v.faces_with, v.faces_without, v.auc, t.mean, t.revision, t.computed_at
FROM direction_vectors v
JOIN mean_latents t ON t.space_id = v.space_id
JOIN models m ON m.space_id = v.space_id AND m.is_newest_of_space;
COMMENT ON VIEW directions IS 'Where in the latent space an attribute lies. Computed by GetDirections and RecomputeDirections.';
COMMENT ON COLUMN directions.model IS 'NAME@VERSION; of several with the latent space the one registered last.';
COMMENT ON COLUMN directions.latent_space IS 'SHA-256 of the encoder and the decoder.';
COMMENT ON COLUMN directions.attribute IS 'The attribute''s name.';
COMMENT ON COLUMN directions.unit IS 'Mean of the faces that have it minus mean of those that lack it, divided by its length.';
COMMENT ON COLUMN directions.length IS 'Its length before the division.';
COMMENT ON COLUMN directions.faces_with IS 'Faces known to have it.';
COMMENT ON COLUMN directions.faces_without IS 'Faces known to lack it.';
COMMENT ON COLUMN directions.auc IS 'How well the projection on it tells the two apart: area under the ROC curve, 0.5 to 1.';
COMMENT ON COLUMN directions.mean IS 'The mean latent of all faces of the latent space.';
COMMENT ON COLUMN directions.revision IS 'The latent space''s revision at which they were computed.';
COMMENT ON COLUMN directions.computed_at IS 'When they were computed.';
