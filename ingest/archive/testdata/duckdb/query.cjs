// Runs SQL statements, a JSON array on standard input, in DuckDB and writes what
// they return: one JSON array of {columns, rows} with all values as text.
// The first argument is the directory in which DuckDB is installed.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
const { DuckDBInstance } = createRequire(process.argv[2] + "/")("@duckdb/node-api");

async function main() {
  const db = await (await DuckDBInstance.create(":memory:")).connect();
  await db.run("SET TimeZone = 'UTC'; SET threads = 2");
  const results = [];
  for (const sql of JSON.parse(readFileSync(0, "utf8"))) {
    const reader = await db.runAndReadAll(sql);
    const text = (value) => (value === null ? "" : String(value));
    results.push({ columns: reader.columnNames(), rows: reader.getRows().map((row) => row.map(text)) });
  }
  process.stdout.write(JSON.stringify(results));
}

main().catch((error) => {
  process.stderr.write(error.message + "\n");
  process.exit(1);
});
