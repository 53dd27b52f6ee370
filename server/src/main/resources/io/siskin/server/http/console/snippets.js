/** Writes a search as commands and code that do the same elsewhere. Pure functions. */

/**
 * A search in the JSON form of the API, `SearchRequest`.
 *
 * @typedef {Object} SearchJson
 */

/** Quotes a text for a POSIX shell. @param {string} text the text */
export function shellQuote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A search with curl.
 *
 * @param {SearchJson} request the search
 * @param {string} base where the server is, without a slash at the end
 * @param {boolean} withKey whether the server asks for a key
 */
export function curl(request, base, withKey) {
  const {collection, ...body} = request;
  const key = withKey ? `  -H "Authorization: Bearer $SISKIN_KEY" \\\n` : '';
  const url = `${base}/v1/collections/${encodeURIComponent(collection)}/search`;
  return (
    `curl -s -X POST ${shellQuote(url)} \\\n${key}  -H 'Content-Type: application/json' \\\n` +
    `  -d ${shellQuote(JSON.stringify(body))}`
  );
}

/**
 * A search with grpcurl.
 *
 * @param {SearchJson} request the search
 * @param {string} host the name of the server
 * @param {boolean} withKey whether the server asks for a key
 */
export function grpcurl(request, host, withKey) {
  const key = withKey ? `  -H "authorization: Bearer $SISKIN_KEY" \\\n` : '';
  return (
    `grpcurl -plaintext \\\n${key}  -d ${shellQuote(JSON.stringify(request))} \\\n` +
    `  ${host}:7700 siskin.v1.SearchService/Search`
  );
}

/** A text as a literal of Python. @param {string} text the text */
export function pythonQuote(text) {
  // What JSON escapes, Python reads in the same way.
  return JSON.stringify(text);
}

function pythonValue(value) {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return pythonQuote(value);
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`;
  return String(value);
}

const MODES = {exact: 'Exact', clustered: 'Clustered', scoreAtATime: 'ScoreAtATime'};

function snake(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * A search with the Python client.
 *
 * @param {SearchJson} request the search
 * @param {string} host the name of the server
 */
export function python(request, host) {
  const lines = [pythonValue(request.collection), pythonQuery(request)];
  const mode = request.mode && Object.keys(request.mode)[0];
  if (request.k) lines.push(`k=${request.k}`);
  if (request.pipeline) lines.push(`pipeline=${pythonQuote(request.pipeline)}`);
  if (request.filterExpression) lines.push(`filter=${pythonQuote(request.filterExpression)}`);
  if (request.tenant) lines.push(`tenant=${pythonQuote(request.tenant)}`);
  if (request.fields?.length) lines.push(`fields=${pythonValue(request.fields)}`);
  if (request.explain) lines.push('explain=True');
  if (request.recallTarget) lines.push(`recall_target=${request.recallTarget}`);
  if (mode) {
    const parameters = Object.entries(request.mode[mode]).map(([name, value]) => `${snake(name)}=${pythonValue(value)}`);
    lines.push(`mode=${MODES[mode]}(${parameters.join(', ')})`);
  }
  if (request.timeBudgetMicros) lines.push(`time_budget_micros=${request.timeBudgetMicros}`);
  const imports = ['SiskinClient', ...(mode ? [MODES[mode]] : [])].sort().join(', ');
  return (
    `from siskin_client import ${imports}\n\nwith SiskinClient("${host}:7700") as client:\n` +
    `    result = client.search(\n${lines.map((line) => `        ${line},\n`).join('')}    )\n` +
    `    for hit in result:\n        print(hit.score, hit.id)`
  );
}

function pythonQuery(request) {
  if (request.vector === undefined) return pythonQuote(request.text ?? '');
  const names = request.vector.tokens ?? request.vector.termIds;
  return `{${names.map((name, i) => `${pythonValue(name)}: ${request.vector.weights[i]}`).join(', ')}}`;
}
