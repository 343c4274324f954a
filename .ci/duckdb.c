/* duckdb FILE: the bare GROUP BY that gumshoe is compared with: requests by address, by
 * DuckDB's CSV reader. libduckdb.so comes with DuckDB's npm package, its header does not. */
#include <stdint.h>
#include <stdio.h>

typedef struct {
	uint64_t deprecated[3];
	void *columns;
	char *error;
	void *data;
} duckdb_result;

int duckdb_open(const char *path, void **database);
int duckdb_connect(void *database, void **connection);
int duckdb_query(void *connection, const char *query, duckdb_result *result);
uint64_t duckdb_row_count(duckdb_result *result);
const char *duckdb_result_error(duckdb_result *result);

int main(int argc, char **argv) {
	void *database, *connection;
	char query[8192];
	duckdb_result result;
	if (argc != 2 || duckdb_open(NULL, &database) || duckdb_connect(database, &connection))
		return 2;
	snprintf(query, sizeof query,
		"SELECT column0, count(*) FROM read_csv('%s', header=false, delim=' ', quote='\"', escape='', "
		"all_varchar=true, null_padding=true, strict_mode=false) GROUP BY 1", argv[1]);
	if (duckdb_query(connection, query, &result)) {
		fprintf(stderr, "%s\n", duckdb_result_error(&result));
		return 1;
	}
	printf("%llu\n", (unsigned long long)duckdb_row_count(&result));
	return 0;
}
