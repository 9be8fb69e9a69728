//! Reads the schema of a PostgreSQL database, in SQLite's words. A partitioned table and its
//! indexes count once, as their parent.

use sqlx::{FromRow, PgConnection};

use super::{Lines, column, foreign_key, index};

#[derive(FromRow)]
struct Column {
    relation: String,
    name: String,
    kind: String,
    required: bool,
    default_value: Option<String>,
}

#[derive(FromRow)]
struct Constraint {
    relation: String,
    kind: String,
    columns: Vec<String>,
    other: Option<String>,
    other_columns: Option<Vec<String>>,
    on_delete: String,
    on_update: String,
}

#[derive(FromRow)]
struct Index {
    relation: String,
    name: String,
    is_unique: bool,
    columns: Vec<String>,
    condition: Option<String>,
}

/// The schema in lines, without what the migrations keep for themselves.
pub async fn lines(connection: &mut PgConnection) -> Lines {
    let mut lines = Lines::new();
    lines.extend(tables(connection).await);
    lines.extend(columns(connection).await);
    lines.extend(constraints(connection).await);
    lines.extend(indexes(connection).await);
    lines
}

async fn tables(connection: &mut PgConnection) -> Vec<String> {
    let names: Vec<String> = sqlx::query_scalar(
        r"select relname::text from pg_class
          where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
          and not relispartition and relname not like '\_sqlx%'",
    )
    .fetch_all(connection)
    .await
    .expect("PostgreSQL tells its tables");
    names.iter().map(|name| format!("table {name}")).collect()
}

async fn columns(connection: &mut PgConnection) -> Vec<String> {
    let columns: Vec<Column> = sqlx::query_as(
        r"select c.relname::text as relation, a.attname::text as name, t.typname::text as kind,
          a.attnotnull as required, pg_get_expr(d.adbin, d.adrelid) as default_value
          from pg_class c join pg_attribute a on a.attrelid = c.oid
          join pg_type t on t.oid = a.atttypid
          left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and not c.relispartition and c.relname not like '\_sqlx%'
          and a.attnum > 0 and not a.attisdropped",
    )
    .fetch_all(connection)
    .await
    .expect("PostgreSQL tells columns");
    columns
        .iter()
        .map(|c| {
            // What one source of SQL uses; any other type keeps its own name and so is told.
            let kind = match c.kind.as_str() {
                "int8" => "integer",
                "uuid" | "bytea" => "blob",
                "bool" => "boolean",
                "float8" => "real",
                other => other,
            };
            let name = format!("{}.{}", c.relation, c.name);
            column(&name, kind, c.required, c.default_value.as_deref())
        })
        .collect()
}

async fn constraints(connection: &mut PgConnection) -> Vec<String> {
    let constraints: Vec<Constraint> = sqlx::query_as(
        r"select c.relname::text as relation, k.contype::text as kind,
          array(select a.attname::text from unnest(k.conkey) with ordinality n(num, place)
                join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n.num
                order by place) as columns,
          o.relname::text as other,
          array(select a.attname::text from unnest(k.confkey) with ordinality n(num, place)
                join pg_attribute a on a.attrelid = k.confrelid and a.attnum = n.num
                order by place) as other_columns,
          k.confdeltype::text as on_delete, k.confupdtype::text as on_update
          from pg_constraint k join pg_class c on c.oid = k.conrelid
          left join pg_class o on o.oid = k.confrelid
          where c.relnamespace = 'public'::regnamespace and not c.relispartition
          and c.relname not like '\_sqlx%' and k.conparentid = 0 and k.contype in ('p', 'u', 'f')",
    )
    .fetch_all(connection)
    .await
    .expect("PostgreSQL tells constraints");
    constraints
        .iter()
        .map(|k| {
            let columns = k.columns.join(", ");
            let line = match k.kind.as_str() {
                "p" => format!("primary key ({columns})"),
                "u" => format!("unique ({columns})"),
                _ => {
                    let other = k.other.as_deref().unwrap_or_default();
                    let to = k.other_columns.as_deref().unwrap_or_default().join(", ");
                    foreign_key(&columns, other, &to, action(&k.on_delete), action(&k.on_update))
                }
            };
            format!("{} {line}", k.relation)
        })
        .collect()
}

/// The catalogue's letter for what happens to rows that refer to a row.
fn action(letter: &str) -> &'static str {
    match letter {
        "r" => "restrict",
        "c" => "cascade",
        "n" => "set null",
        "d" => "set default",
        _ => "no action",
    }
}

async fn indexes(connection: &mut PgConnection) -> Vec<String> {
    let indexes: Vec<Index> = sqlx::query_as(
        r"select c.relname::text as relation, x.relname::text as name, i.indisunique as is_unique,
          array(select coalesce(a.attname::text, 'an expression')
                || case when i.indoption[n.place - 1] & 1 = 1 then ' desc' else '' end
                from unnest(i.indkey::int2[]) with ordinality n(num, place)
                left join pg_attribute a
                on a.attrelid = i.indrelid and a.attnum = n.num and n.num <> 0
                where place <= i.indnkeyatts order by place) as columns,
          pg_get_expr(i.indpred, i.indrelid) as condition
          from pg_index i join pg_class x on x.oid = i.indexrelid
          join pg_class c on c.oid = i.indrelid
          where c.relnamespace = 'public'::regnamespace and not c.relispartition
          and c.relname not like '\_sqlx%'
          and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid
                          and k.contype in ('p', 'u', 'x'))",
    )
    .fetch_all(connection)
    .await
    .expect("PostgreSQL tells indexes");
    indexes
        .iter()
        .map(|i| {
            let line = index(&i.name, i.is_unique, &i.columns, i.condition.as_deref());
            format!("{} {line}", i.relation)
        })
        .collect()
}
