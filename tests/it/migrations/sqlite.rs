//! Reads the schema of an SQLite database.

use sqlx::{FromRow, SqliteConnection};

use super::{Lines, column, foreign_key, index};

#[derive(FromRow)]
struct Column {
    name: String,
    kind: String,
    required: bool,
    default_value: Option<String>,
    key: i64,
}

#[derive(FromRow)]
struct Reference {
    id: i64,
    other: String,
    from_column: String,
    to_column: Option<String>,
    on_update: String,
    on_delete: String,
}

#[derive(FromRow)]
struct Index {
    name: String,
    is_unique: bool,
    origin: String,
    sql: Option<String>,
}

/// The schema in lines, without what the migrations keep for themselves.
pub async fn lines(connection: &mut SqliteConnection) -> Lines {
    let tables: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_schema where type = 'table'
         and name not like 'sqlite!_%' escape '!' and name not like '!_sqlx%' escape '!'",
    )
    .fetch_all(&mut *connection)
    .await
    .expect("SQLite tells its tables");
    let mut lines = Lines::new();
    for table in tables {
        lines.insert(format!("table {table}"));
        lines.extend(columns(connection, &table).await);
        lines.extend(references(connection, &table).await);
        lines.extend(indexes(connection, &table).await);
    }
    lines
}

async fn columns(connection: &mut SqliteConnection, table: &str) -> Vec<String> {
    let mut columns: Vec<Column> = sqlx::query_as(
        r#"select name, lower(type) as kind, "notnull" as required, dflt_value as default_value,
           pk as key from pragma_table_xinfo($1) order by cid"#,
    )
    .bind(table)
    .fetch_all(connection)
    .await
    .expect("SQLite tells columns");
    let mut lines: Vec<String> = columns
        .iter()
        .map(|c| {
            let name = format!("{table}.{}", c.name);
            column(&name, &c.kind, c.required, c.default_value.as_deref())
        })
        .collect();
    columns.retain(|c| c.key > 0);
    columns.sort_by_key(|c| c.key);
    if !columns.is_empty() {
        let names: Vec<_> = columns.iter().map(|c| c.name.as_str()).collect();
        lines.push(format!("{table} primary key ({})", names.join(", ")));
    }
    lines
}

async fn references(connection: &mut SqliteConnection, table: &str) -> Vec<String> {
    let parts: Vec<Reference> = sqlx::query_as(
        r#"select id, "table" as other, "from" as from_column, "to" as to_column,
           lower(on_update) as on_update, lower(on_delete) as on_delete
           from pragma_foreign_key_list($1) order by id, seq"#,
    )
    .bind(table)
    .fetch_all(connection)
    .await
    .expect("SQLite tells foreign keys");
    parts
        .chunk_by(|a, b| a.id == b.id)
        .map(|key| {
            let from: Vec<_> = key.iter().map(|part| part.from_column.as_str()).collect();
            let to: Vec<_> = key
                .iter()
                .map(|part| part.to_column.as_deref().unwrap_or("its columns must be named"))
                .collect();
            let (first, from, to) = (&key[0], from.join(", "), to.join(", "));
            let line = foreign_key(&from, &first.other, &to, &first.on_delete, &first.on_update);
            format!("{table} {line}")
        })
        .collect()
}

async fn indexes(connection: &mut SqliteConnection, table: &str) -> Vec<String> {
    let indexes: Vec<Index> = sqlx::query_as(
        r#"select l.name, l."unique" as is_unique, l.origin, s.sql
           from pragma_index_list($1) l left join sqlite_schema s on s.name = l.name
           where l.origin <> 'pk'"#,
    )
    .bind(table)
    .fetch_all(&mut *connection)
    .await
    .expect("SQLite tells indexes");
    let mut lines = Vec::new();
    for found in indexes {
        let columns: Vec<String> = sqlx::query_scalar(
            r#"select coalesce(name, 'an expression') || iif("desc", ' desc', '')
               from pragma_index_xinfo($1) where key order by seqno"#,
        )
        .bind(&found.name)
        .fetch_all(&mut *connection)
        .await
        .expect("SQLite tells an index's columns");
        let sql = found.sql.as_deref().unwrap_or_default().to_lowercase();
        let condition = sql.split_once(" where ").map(|(_, condition)| condition);
        lines.push(match found.origin.as_str() {
            "u" => format!("{table} unique ({})", columns.join(", ")),
            _ => {
                let line = index(&found.name, found.is_unique, &columns, condition);
                format!("{table} {line}")
            }
        });
    }
    lines
}
