/** Version of the bench file's form; apart from its schema, so that writing one does not load the schema's library. */
export const benchSchemaVersion = 1;
