/** Fields of documents: between the API's typed values and the plain JSON that people write. Pure functions. */

/**
 * Makes plain JSON of a typed value.
 *
 * @param {Object} value a FieldValue
 * @returns {string | number | boolean | string[]} the value. A whole number beyond what JSON's readers hold stays a text
 */
export function plainOf(value) {
  if (value.stringListValue !== undefined) return value.stringListValue.values ?? [];
  if (value.int64Value !== undefined) {
    const number = Number(value.int64Value);
    return Number.isSafeInteger(number) ? number : value.int64Value;
  }
  return value.stringValue ?? value.doubleValue ?? value.boolValue ?? value.timestampValue ?? '';
}

const KINDS = {
  FIELD_TYPE_STRING: 'stringValue',
  FIELD_TYPE_INT64: 'int64Value',
  FIELD_TYPE_DOUBLE: 'doubleValue',
  FIELD_TYPE_BOOL: 'boolValue',
  FIELD_TYPE_TIMESTAMP: 'timestampValue',
};

/**
 * Makes a typed value of plain JSON.
 *
 * @param {unknown} value the value
 * @param {string} [type] the FieldType that the schema declares; none for an undeclared field, which is a text
 * @returns {Object} a FieldValue; the server checks it
 */
export function typedOf(value, type) {
  if (type === 'FIELD_TYPE_STRING_LIST' || (type === undefined && Array.isArray(value))) {
    return {stringListValue: {values: Array.isArray(value) ? value : [value]}};
  }
  if (type === 'FIELD_TYPE_TIMESTAMP' && /^\d{4}-\d\d-\d\d$/.test(value)) return {timestampValue: `${value}T00:00:00Z`};
  return {[KINDS[type] ?? 'stringValue']: type === 'FIELD_TYPE_INT64' ? String(value) : value};
}

/** The types of a schema by the names of its fields. @param {Object} [schema] a Schema @returns {Object<string, string>} them */
export function typesOf(schema) {
  return Object.fromEntries((schema?.fields ?? []).map((field) => [field.name, field.type]));
}

/**
 * Makes a document of the API of one as people write it: `id`, `text` and `vector` beside all other fields.
 *
 * @param {Object} plain the document; `vector` as an object of term to weight, or as the API has it
 * @param {Object} collection a Collection
 * @returns {Object} a Document
 */
export function documentOf(plain, collection) {
  if (plain === null || typeof plain !== 'object' || Array.isArray(plain)) {
    throw new SyntaxError('a document is a JSON object with an "id" and a "text" or a "vector"');
  }
  const {id, text, vector, ...others} = plain;
  const types = typesOf(collection.schema);
  const document = {id: String(id ?? ''), fields: {}};
  for (const [name, value] of Object.entries(others)) document.fields[name] = typedOf(value, types[name]);
  if (text !== undefined) document.text = text;
  if (vector !== undefined) document.vector = vectorOf(vector, collection);
  return document;
}

function vectorOf(vector, collection) {
  if (Array.isArray(vector.weights)) return vector;
  const names = Object.keys(vector);
  const weights = Object.values(vector);
  return collection.vocabulary === 'VOCABULARY_TERM_ID' ? {termIds: names.map(Number), weights} : {tokens: names, weights};
}

/** The fields of a document as plain JSON, its text among them. @param {Object} document a Document @returns {Object} them */
export function plainFields(document) {
  const fields = {};
  for (const name of Object.keys(document.fields ?? {}).sort()) fields[name] = plainOf(document.fields[name]);
  if (document.text !== undefined) fields.text = document.text;
  return fields;
}

/** The name of a type for people. @param {string} type a FieldType */
export function typeName(type) {
  return type === 'FIELD_TYPE_STRING_LIST' ? 'strings' : type.replace('FIELD_TYPE_', '').toLowerCase();
}

/** A condition to begin with, in the grammar of filters. @param {{name: string, type: string}} field a declared field */
export function conditionOf({name, type}) {
  const quoted = /^(and|or|not|in|true|false)$/i.test(name) || !/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) ? `\`${name}\`` : name;
  return {
    FIELD_TYPE_STRING: `${quoted} = ""`,
    FIELD_TYPE_STRING_LIST: `${quoted} in ("")`,
    FIELD_TYPE_INT64: `${quoted} >= 0`,
    FIELD_TYPE_DOUBLE: `${quoted} >= 0`,
    FIELD_TYPE_BOOL: `${quoted} = true`,
    FIELD_TYPE_TIMESTAMP: `${quoted} >= "${new Date().toISOString().slice(0, 10)}"`,
  }[type];
}
