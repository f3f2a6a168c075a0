-- Times are milliseconds since 1970. state: 0 open, 1 done, 2 dead. due_at: when it is free if open, else when it is forgotten.
-- The collation: ids differ by case and by trailing spaces.
create table if not exists parley_message (
  num bigint not null auto_increment primary key,
  queue varchar(255) not null,
  id varchar(400) not null,
  order_key varchar(255),
  topic varchar(255) not null,
  headers mediumtext not null,
  content_type varchar(255),
  body longblob not null,
  fingerprint varchar(255) not null,
  state smallint not null,
  owner varchar(255),
  fence bigint not null,
  attempts int not null,
  stored_at bigint not null,
  ended_at bigint not null,
  due_at bigint not null,
  reason varchar(1000) not null,
  constraint parley_message_id unique (queue, id),
  index parley_message_open (queue, state, num),
  index parley_message_key (queue, order_key, state, num),
  index parley_message_over (queue, state, due_at)
) engine = innodb character set utf8mb4 collate utf8mb4_nopad_bin;

create table if not exists parley_key (
  id varchar(400) not null primary key,
  fingerprint varchar(255) not null,
  fence bigint not null,
  attempts int not null,
  due_at bigint not null,
  result longblob,
  index parley_key_over (due_at)
) engine = innodb character set utf8mb4 collate utf8mb4_nopad_bin;

create table if not exists parley_mark (
  queue varchar(255) not null primary key,
  word mediumtext not null
) engine = innodb character set utf8mb4 collate utf8mb4_nopad_bin;
