-- Times are milliseconds since 1970. state: 0 open, 1 done, 2 dead. due_at: when it is free if open, else when it is forgotten.
create table if not exists parley_message (
  num bigint generated always as identity primary key,
  queue varchar(255) not null,
  id varchar(400) not null,
  order_key varchar(255),
  topic varchar(255) not null,
  headers text not null,
  content_type varchar(255),
  body bytea not null,
  fingerprint varchar(255) not null,
  state smallint not null,
  owner varchar(255),
  fence bigint not null,
  attempts int not null,
  stored_at bigint not null,
  ended_at bigint not null,
  due_at bigint not null,
  reason varchar(1000) not null,
  constraint parley_message_id unique (queue, id)
);
create index if not exists parley_message_open on parley_message (queue, num) where state = 0;
create index if not exists parley_message_key on parley_message (queue, order_key, num) where state = 0;
create index if not exists parley_message_over on parley_message (queue, due_at) where state <> 0;

create table if not exists parley_key (
  id varchar(400) primary key,
  fingerprint varchar(255) not null,
  fence bigint not null,
  attempts int not null,
  due_at bigint not null,
  result bytea
);
create index if not exists parley_key_over on parley_key (due_at);

create table if not exists parley_mark (
  queue varchar(255) primary key,
  word text not null
);
