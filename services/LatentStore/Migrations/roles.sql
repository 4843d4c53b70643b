-- Runs at every start, after the migrations: roles may be made later than tables. Where the owner may not make roles and nobody else has
-- made them, there are none, and nothing is granted.
DO $$
DECLARE
    may_make boolean := (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user);
    part regclass;
BEGIN
    IF may_make AND to_regrole('facemix_reader') IS NULL THEN
        CREATE ROLE facemix_reader LOGIN;
        ALTER ROLE facemix_reader SET statement_timeout = '60s';
        ALTER ROLE facemix_reader SET default_transaction_read_only = on;
    END IF;
    IF may_make AND to_regrole('facemix_writer') IS NULL THEN
        CREATE ROLE facemix_writer LOGIN;
        ALTER ROLE facemix_writer SET statement_timeout = '10min';
    END IF;
    IF to_regrole('facemix_reader') IS NOT NULL THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO facemix_reader', current_schema());
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO facemix_reader', current_schema());
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO facemix_reader', current_schema());
    END IF;
    IF to_regrole('facemix_writer') IS NOT NULL THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO facemix_writer', current_schema());
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO facemix_writer', current_schema());
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO facemix_writer', current_schema());
        -- Not the revision: the trigger sets it.
        GRANT INSERT (space_id, dataset_id, source, vector, has, known, provenance), DELETE ON latents TO facemix_writer;
        GRANT UPDATE (dataset_id, source, vector, has, known, provenance) ON latents TO facemix_writer;
        GRANT INSERT (space_id, name), DELETE ON datasets TO facemix_writer;
        GRANT UPDATE (attributes) ON latent_spaces TO facemix_writer;
        GRANT USAGE ON SEQUENCE latent_ids TO facemix_writer;
    END IF;
END $$;
