-- Times are milliseconds since 1970. state: 0 open, 1 done, 2 dead. due_at: when it is free if open, else when it is forgotten.
create table if not exists parley_message (
  num integer primary key autoincrement,
  queue text not null,
  id text not null,
  order_key text,
  topic text not null,
  headers text not null,
  content_type text,
  body blob not null,
  fingerprint text not null,
  state integer not null,
  owner text,
  fence integer not null,
  attempts integer not null,
  stored_at integer not null,
  ended_at integer not null,
  due_at integer not null,
  reason text not null,
  constraint parley_message_id unique (queue, id)
);
create index if not exists parley_message_open on parley_message (queue, num) where state = 0;
create index if not exists parley_message_key on parley_message (queue, order_key, num) where state = 0;
create index if not exists parley_message_over on parley_message (queue, due_at) where state <> 0;

create table if not exists parley_key (
  id text not null primary key,
  fingerprint text not null,
  fence integer not null,
  attempts integer not null,
  due_at integer not null,
  result blob
);
create index if not exists parley_key_over on parley_key (due_at);

create table if not exists parley_mark (
  queue text not null primary key,
  word text not null
);
