// duckdb.cjs FILE: the bare GROUP BY that gumshoe is compared with: requests by
// address, by DuckDB's CSV reader. NODE_PATH says where npm put DuckDB.
const { DuckDBInstance } = require("@duckdb/node-api");

(async () => {
  const db = await (await DuckDBInstance.create(":memory:")).connect();
  const file = process.argv[2].replaceAll("'", "''");
  const options = `header=false, delim=' ', quote='"', escape='', all_varchar=true, null_padding=true, strict_mode=false`;
  const rows = await db.runAndReadAll(`SELECT column0, count(*) FROM read_csv('${file}', ${options}) GROUP BY 1`);
  console.log(rows.currentRowCount);
})();
