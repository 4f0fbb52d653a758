-- mlcollage 0.1.0 (commit 7f2be9e, schema 0003) as a kill -9 between two parts left it: dumped by
-- sqlite3's iterdump, the clock at 2021-09-14 13:20 UTC, the bot's folder written /srv/mlcollage.
BEGIN TRANSACTION;
CREATE TABLE accounts (
	id INTEGER NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	network VARCHAR(40) NOT NULL, 
	held_at DATETIME, 
	note TEXT DEFAULT '' NOT NULL, held_until DATETIME, strangers JSON DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (id), 
	CONSTRAINT uq_accounts_name UNIQUE (name)
);
INSERT INTO "accounts" VALUES(1,'lab','outbox',NULL,'',NULL,'[]');
INSERT INTO "accounts" VALUES(2,'mirror','outbox','2021-09-10 10:00:00.000000','Its disk is being replaced.',NULL,'[]');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE alerts (
	id INTEGER NOT NULL, 
	notice_id INTEGER NOT NULL, 
	destination VARCHAR(64) NOT NULL, 
	next_at DATETIME NOT NULL, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	ended_at DATETIME, 
	note TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_alerts PRIMARY KEY (id), 
	CONSTRAINT fk_alerts_notice_id FOREIGN KEY(notice_id) REFERENCES notices (id), 
	CONSTRAINT uq_alerts_notice_id_destination UNIQUE (notice_id, destination)
);
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	delivery_id INTEGER NOT NULL, 
	position INTEGER, 
	fence INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	outcome VARCHAR(12), 
	detail TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_attempts PRIMARY KEY (id), 
	CONSTRAINT fk_attempts_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id)
);
INSERT INTO "attempts" VALUES(1,1,NULL,1,'2021-07-21 13:00:00.000000','2021-07-21 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(2,2,NULL,1,'2021-07-21 13:00:00.000000','2021-07-21 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(3,3,NULL,1,'2021-07-28 13:00:00.000000','2021-07-28 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(4,4,NULL,1,'2021-07-28 13:00:00.000000','2021-07-28 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(5,5,NULL,1,'2021-07-31 16:00:00.000000','2021-07-31 16:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(6,6,NULL,1,'2021-07-31 16:00:00.000000','2021-07-31 16:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(7,8,NULL,1,'2021-08-04 13:00:00.000000','2021-08-04 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(8,7,1,1,'2021-08-04 13:00:00.000000','2021-08-04 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(9,7,2,1,'2021-08-04 13:00:00.000000','2021-08-04 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(10,10,NULL,1,'2021-08-11 13:00:00.000000','2021-08-11 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(11,9,1,1,'2021-08-11 13:00:00.000000','2021-08-11 13:00:00.000000','unavailable','X answered 503 Service Unavailable.');
INSERT INTO "attempts" VALUES(12,9,1,2,'2021-08-11 13:00:45.965643','2021-08-11 13:00:45.965643','sent','');
INSERT INTO "attempts" VALUES(13,9,2,2,'2021-08-11 13:00:45.965643','2021-08-11 13:00:45.965643','sent','');
INSERT INTO "attempts" VALUES(14,12,NULL,1,'2021-08-18 13:00:00.000000','2021-08-18 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(15,11,1,1,'2021-08-18 13:00:00.000000','2021-08-18 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(16,11,2,1,'2021-08-18 13:00:00.000000','2021-08-18 13:00:00.000000','sent','The connection to X broke before it answered. Then: found on the network');
INSERT INTO "attempts" VALUES(17,14,NULL,1,'2021-08-25 13:00:00.000000','2021-08-25 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(18,13,1,1,'2021-08-25 13:00:00.000000','2021-08-25 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(19,13,2,1,'2021-08-25 13:00:00.000000','2021-08-25 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(20,15,1,1,'2021-08-31 16:00:00.000000','2021-08-31 16:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(21,15,2,1,'2021-08-31 16:00:00.000000','2021-08-31 16:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(22,15,3,1,'2021-08-31 16:00:00.000000','2021-08-31 16:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(23,16,NULL,1,'2021-08-31 16:00:00.000000','2021-08-31 16:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(24,17,1,1,'2021-09-08 13:00:00.000000','2021-09-08 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(25,17,2,1,'2021-09-08 13:00:00.000000','2021-09-08 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(26,18,NULL,1,'2021-09-08 13:00:00.000000','2021-09-08 13:00:00.000000','sent','');
INSERT INTO "attempts" VALUES(27,19,1,1,'2021-09-14 13:20:07.250000','2021-09-14 13:20:07.250000','sent','');
CREATE TABLE charges (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	month VARCHAR(7) NOT NULL, 
	what VARCHAR(20) NOT NULL, 
	micros INTEGER NOT NULL, 
	CONSTRAINT pk_charges PRIMARY KEY (id), 
	CONSTRAINT fk_charges_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "charges" VALUES(1,1,'2021-08-04 13:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(2,1,'2021-08-04 13:00:00.000000','2021-08','alt text',5000);
INSERT INTO "charges" VALUES(3,1,'2021-08-04 13:00:00.000000','2021-08','post',15000);
INSERT INTO "charges" VALUES(4,1,'2021-08-04 13:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(5,1,'2021-08-04 13:00:00.000000','2021-08','post with a link',200000);
INSERT INTO "charges" VALUES(6,1,'2021-08-04 13:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(7,1,'2021-08-11 13:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(8,1,'2021-08-11 13:00:00.000000','2021-08','alt text',5000);
INSERT INTO "charges" VALUES(9,1,'2021-08-11 13:00:45.965643','2021-08','read',1000);
INSERT INTO "charges" VALUES(10,1,'2021-08-11 13:00:45.965643','2021-08','post',15000);
INSERT INTO "charges" VALUES(11,1,'2021-08-11 13:00:45.965643','2021-08','read',1000);
INSERT INTO "charges" VALUES(12,1,'2021-08-11 13:00:45.965643','2021-08','post with a link',200000);
INSERT INTO "charges" VALUES(13,1,'2021-08-11 13:00:45.965643','2021-08','read',1000);
INSERT INTO "charges" VALUES(14,1,'2021-08-18 13:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(15,1,'2021-08-18 13:00:00.000000','2021-08','alt text',5000);
INSERT INTO "charges" VALUES(16,1,'2021-08-18 13:00:00.000000','2021-08','post',15000);
INSERT INTO "charges" VALUES(17,1,'2021-08-18 13:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(18,1,'2021-08-18 13:02:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(19,1,'2021-08-25 13:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(20,1,'2021-08-25 13:00:00.000000','2021-08','alt text',5000);
INSERT INTO "charges" VALUES(21,1,'2021-08-25 13:00:00.000000','2021-08','post',15000);
INSERT INTO "charges" VALUES(22,1,'2021-08-25 13:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(23,1,'2021-08-25 13:00:00.000000','2021-08','post with a link',200000);
INSERT INTO "charges" VALUES(24,1,'2021-08-25 13:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(25,1,'2021-08-31 16:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(26,1,'2021-08-31 16:00:00.000000','2021-08','alt text',5000);
INSERT INTO "charges" VALUES(27,1,'2021-08-31 16:00:00.000000','2021-08','post',15000);
INSERT INTO "charges" VALUES(28,1,'2021-08-31 16:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(29,1,'2021-08-31 16:00:00.000000','2021-08','post',15000);
INSERT INTO "charges" VALUES(30,1,'2021-08-31 16:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(31,1,'2021-08-31 16:00:00.000000','2021-08','post with a link',200000);
INSERT INTO "charges" VALUES(32,1,'2021-08-31 16:00:00.000000','2021-08','read',1000);
INSERT INTO "charges" VALUES(33,1,'2021-09-08 13:00:00.000000','2021-09','read',1000);
INSERT INTO "charges" VALUES(34,1,'2021-09-08 13:00:00.000000','2021-09','alt text',5000);
INSERT INTO "charges" VALUES(35,1,'2021-09-08 13:00:00.000000','2021-09','post',15000);
INSERT INTO "charges" VALUES(36,1,'2021-09-08 13:00:00.000000','2021-09','read',1000);
INSERT INTO "charges" VALUES(37,1,'2021-09-08 13:00:00.000000','2021-09','post with a link',200000);
INSERT INTO "charges" VALUES(38,1,'2021-09-08 13:00:00.000000','2021-09','read',1000);
INSERT INTO "charges" VALUES(39,1,'2021-09-14 13:20:07.250000','2021-09','read',1000);
INSERT INTO "charges" VALUES(40,1,'2021-09-14 13:20:07.250000','2021-09','alt text',5000);
INSERT INTO "charges" VALUES(41,1,'2021-09-14 13:20:07.250000','2021-09','post',15000);
CREATE TABLE collages (
	id INTEGER NOT NULL, 
	series_id INTEGER NOT NULL, 
	paper_id INTEGER NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	position INTEGER NOT NULL, 
	pinned_on DATE, 
	number INTEGER, 
	number_year INTEGER DEFAULT '0' NOT NULL, 
	kept_number INTEGER, 
	printed_number TEXT DEFAULT '' NOT NULL, 
	paragraph TEXT DEFAULT '' NOT NULL, 
	alt TEXT DEFAULT '' NOT NULL, 
	caption TEXT DEFAULT '' NOT NULL, 
	thread JSON NOT NULL, 
	picture_sha256 VARCHAR(64), 
	picture_file TEXT DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	revision INTEGER DEFAULT '1' NOT NULL, 
	due_at DATETIME, 
	posted_at DATETIME, 
	posted_is_assumed BOOLEAN DEFAULT false NOT NULL, 
	roundup_id INTEGER, 
	removed_at DATETIME, 
	rehearsal INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_collages PRIMARY KEY (id), 
	CONSTRAINT fk_collages_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id), 
	CONSTRAINT fk_collages_picture_sha256 FOREIGN KEY(picture_sha256) REFERENCES pictures (sha256), 
	CONSTRAINT fk_collages_roundup_id FOREIGN KEY(roundup_id) REFERENCES roundups (id), 
	CONSTRAINT fk_collages_series_id FOREIGN KEY(series_id) REFERENCES series (id)
);
INSERT INTO "collages" VALUES(1,1,1,'small-steps','posted',1,NULL,29,0,NULL,'','small-steps says one thing. Then it says another thing, and a third one follows.','A white slide about small-steps.','','[]','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','small-steps.png','',6,'2021-08-04 13:00:00.000000','2021-08-04 13:00:00.000000',0,2,NULL,0);
INSERT INTO "collages" VALUES(2,1,2,'wide-nets','posted',2,NULL,30,0,NULL,'','wide-nets says one thing. Then it says another thing, and a third one follows.','A white slide about wide-nets.','','[]','b6e2e9377404f0781084926938fb27eaa6b1ebef11d8a5de57c8fecdd84dfc20','wide-nets.png','',6,'2021-08-11 13:00:00.000000','2021-08-11 13:00:00.000000',0,2,NULL,0);
INSERT INTO "collages" VALUES(3,1,3,'two-towers','posted',3,NULL,31,0,NULL,'','two-towers says one thing. Then it says another thing, and a third one follows.','A white slide about two-towers.','','[]','4d1a84ae30a61e734c037d96cd237a900284fb39ba501dc09fb53d1dcad65680','two-towers.png','',3,'2021-08-18 13:00:00.000000','2021-08-18 13:00:00.000000',0,2,NULL,0);
INSERT INTO "collages" VALUES(4,1,4,'quiet-noise','posted',4,NULL,32,0,NULL,'','quiet-noise says one thing. Then it says another thing, and a third one follows.','A white slide about quiet-noise.','','[]','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','quiet-noise.png','',3,'2021-08-25 13:00:00.000000','2021-08-25 13:00:00.000000',0,2,NULL,0);
INSERT INTO "collages" VALUES(5,1,5,'old-maps','posted',5,NULL,33,0,NULL,'','old-maps says one thing. Then it says another thing, and a third one follows.','A white slide about old-maps.','','[]','abbc6fd5dbe0a747b21ba4e88383a89eeebad5fa18ba55387b430f6eea6fd09c','old-maps.png','',3,'2021-09-08 13:00:00.000000','2021-09-08 13:00:00.000000',0,NULL,NULL,0);
INSERT INTO "collages" VALUES(6,1,6,'late-labels','posted',6,NULL,34,0,NULL,'','late-labels says one thing. Then it says another thing, and a third one follows.','A white slide about late-labels.','','[]','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','late-labels.png','',3,'2021-09-14 13:20:07.250000','2021-09-14 13:20:07.250000',0,NULL,NULL,0);
INSERT INTO "collages" VALUES(7,1,7,'slow-lenses','ready',7,'2021-09-22',NULL,0,NULL,'','slow-lenses says one thing. Then it says another thing, and a third one follows.','A white slide about slow-lenses.','','[]','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','slow-lenses.png','',2,NULL,NULL,0,NULL,NULL,0);
INSERT INTO "collages" VALUES(8,1,8,'fair-coins','ready',8,NULL,NULL,0,NULL,'','fair-coins says one thing. Then it says another thing, and a third one follows.','A white slide about fair-coins.','','[]','4d1a84ae30a61e734c037d96cd237a900284fb39ba501dc09fb53d1dcad65680','fair-coins.png','',1,NULL,NULL,0,NULL,NULL,0);
INSERT INTO "collages" VALUES(9,1,9,'warm-starts','held',9,NULL,NULL,0,NULL,'','warm-starts says one thing. Then it says another thing, and a third one follows.','A white slide about warm-starts.','','[]','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','warm-starts.png','The authors asked for a day.',2,NULL,NULL,0,NULL,NULL,0);
INSERT INTO "collages" VALUES(10,1,10,'cold-ends','ready',10,NULL,NULL,0,NULL,'','cold-ends says one thing. Then it says another thing, and a third one follows.','A white slide about cold-ends.','','[]','b6e2e9377404f0781084926938fb27eaa6b1ebef11d8a5de57c8fecdd84dfc20','cold-ends.png','',2,NULL,NULL,0,NULL,'2021-08-02 09:30:00.000000',0);
INSERT INTO "collages" VALUES(11,1,11,'lost-keys','draft',11,NULL,NULL,0,NULL,'','lost-keys says one thing. Then it says another thing, and a third one follows.','','','[]','b6e2e9377404f0781084926938fb27eaa6b1ebef11d8a5de57c8fecdd84dfc20','lost-keys.png','',1,NULL,NULL,0,NULL,NULL,0);
CREATE TABLE deliveries (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	kind VARCHAR(12) NOT NULL, 
	series_id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	collage_id INTEGER, 
	roundup_id INTEGER, 
	state VARCHAR(12) NOT NULL, 
	due_at DATETIME NOT NULL, 
	next_at DATETIME NOT NULL, 
	local_on DATE NOT NULL, 
	fence INTEGER DEFAULT '0' NOT NULL, 
	lease_until DATETIME, 
	begun BOOLEAN DEFAULT false NOT NULL, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	looks INTEGER DEFAULT '0' NOT NULL, 
	saved JSON NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	ended_at DATETIME, 
	rehearsal INTEGER DEFAULT '0' NOT NULL, released BOOLEAN DEFAULT false NOT NULL, tried_from DATETIME, 
	CONSTRAINT pk_deliveries PRIMARY KEY (id), 
	CONSTRAINT fk_deliveries_account_id FOREIGN KEY(account_id) REFERENCES accounts (id), 
	CONSTRAINT fk_deliveries_collage_id FOREIGN KEY(collage_id) REFERENCES collages (id), 
	CONSTRAINT fk_deliveries_roundup_id FOREIGN KEY(roundup_id) REFERENCES roundups (id), 
	CONSTRAINT fk_deliveries_series_id FOREIGN KEY(series_id) REFERENCES series (id), 
	CONSTRAINT uq_deliveries_key UNIQUE ("key")
);
INSERT INTO "deliveries" VALUES(1,'rehearsal-1/mlcollage/2021-07-21T13:00:00Z/lab','collage',1,1,1,NULL,'sent','2021-07-21 13:00:00.000000','2021-07-21 13:00:00.000000','2021-07-21',1,'2021-07-21 13:02:00.000000',1,0,0,'{}','','2021-07-21 13:00:00.000000',1,0,NULL);
INSERT INTO "deliveries" VALUES(2,'rehearsal-1/mlcollage/2021-07-21T13:00:00Z/mirror','collage',1,2,1,NULL,'sent','2021-07-21 13:00:00.000000','2021-07-21 13:00:00.000000','2021-07-21',1,'2021-07-21 13:02:00.000000',1,0,0,'{}','','2021-07-21 13:00:00.000000',1,0,NULL);
INSERT INTO "deliveries" VALUES(3,'rehearsal-1/mlcollage/2021-07-28T13:00:00Z/lab','collage',1,1,2,NULL,'sent','2021-07-28 13:00:00.000000','2021-07-28 13:00:00.000000','2021-07-28',1,'2021-07-28 13:02:00.000000',1,0,0,'{}','','2021-07-28 13:00:00.000000',1,0,NULL);
INSERT INTO "deliveries" VALUES(4,'rehearsal-1/mlcollage/2021-07-28T13:00:00Z/mirror','collage',1,2,2,NULL,'sent','2021-07-28 13:00:00.000000','2021-07-28 13:00:00.000000','2021-07-28',1,'2021-07-28 13:02:00.000000',1,0,0,'{}','','2021-07-28 13:00:00.000000',1,0,NULL);
INSERT INTO "deliveries" VALUES(5,'rehearsal-1/mlcollage/roundup-2021-08/lab','roundup',1,1,NULL,1,'sent','2021-07-31 16:00:00.000000','2021-07-31 16:00:00.000000','2021-07-31',1,'2021-07-31 16:02:00.000000',1,0,0,'{}','','2021-07-31 16:00:00.000000',1,0,NULL);
INSERT INTO "deliveries" VALUES(6,'rehearsal-1/mlcollage/roundup-2021-08/mirror','roundup',1,2,NULL,1,'sent','2021-07-31 16:00:00.000000','2021-07-31 16:00:00.000000','2021-07-31',1,'2021-07-31 16:02:00.000000',1,0,0,'{}','','2021-07-31 16:00:00.000000',1,0,NULL);
INSERT INTO "deliveries" VALUES(7,'mlcollage/2021-08-04T13:00:00Z/lab','collage',1,1,1,NULL,'sent','2021-08-04 13:00:00.000000','2021-08-04 13:00:00.000000','2021-08-04',1,'2021-08-04 13:02:00.000000',1,0,0,'{"user": "1400", "anchor": "0", "media": {"2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e": "media-2c2f71f8"}}','','2021-08-04 13:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(8,'mlcollage/2021-08-04T13:00:00Z/mirror','collage',1,2,1,NULL,'sent','2021-08-04 13:00:00.000000','2021-08-04 13:00:00.000000','2021-08-04',1,'2021-08-04 13:02:00.000000',1,0,0,'{}','','2021-08-04 13:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(9,'mlcollage/2021-08-11T13:00:00Z/lab','collage',1,1,2,NULL,'sent','2021-08-11 13:00:00.000000','2021-08-11 13:00:45.965643','2021-08-11',2,'2021-08-11 13:02:45.965643',1,1,0,'{"user": "1400", "anchor": "16280820002", "media": {"b6e2e9377404f0781084926938fb27eaa6b1ebef11d8a5de57c8fecdd84dfc20": "media-b6e2e937"}}','X answered 503 Service Unavailable.','2021-08-11 13:00:45.965643',0,0,NULL);
INSERT INTO "deliveries" VALUES(10,'mlcollage/2021-08-11T13:00:00Z/mirror','collage',1,2,2,NULL,'sent','2021-08-11 13:00:00.000000','2021-08-11 13:00:00.000000','2021-08-11',1,'2021-08-11 13:02:00.000000',1,0,0,'{}','','2021-08-11 13:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(11,'mlcollage/2021-08-18T13:00:00Z/lab','collage',1,1,3,NULL,'sent','2021-08-18 13:00:00.000000','2021-08-18 13:02:00.000000','2021-08-18',1,'2021-08-18 13:02:00.000000',1,0,0,'{"user": "1400", "anchor": "16286868452", "media": {"4d1a84ae30a61e734c037d96cd237a900284fb39ba501dc09fb53d1dcad65680": "media-4d1a84ae"}}','The connection to X broke before it answered.','2021-08-18 13:02:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(12,'mlcollage/2021-08-18T13:00:00Z/mirror','collage',1,2,3,NULL,'sent','2021-08-18 13:00:00.000000','2021-08-18 13:00:00.000000','2021-08-18',1,'2021-08-18 13:02:00.000000',1,0,0,'{}','','2021-08-18 13:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(13,'mlcollage/2021-08-25T13:00:00Z/lab','collage',1,1,4,NULL,'sent','2021-08-25 13:00:00.000000','2021-08-25 13:00:00.000000','2021-08-25',1,'2021-08-25 13:02:00.000000',1,0,0,'{"user": "1400", "anchor": "16292916002", "media": {"2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e": "media-2c2f71f8"}}','','2021-08-25 13:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(14,'mlcollage/2021-08-25T13:00:00Z/mirror','collage',1,2,4,NULL,'sent','2021-08-25 13:00:00.000000','2021-08-25 13:00:00.000000','2021-08-25',1,'2021-08-25 13:02:00.000000',1,0,0,'{}','','2021-08-25 13:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(15,'mlcollage/roundup-2021-09/lab','roundup',1,1,NULL,2,'sent','2021-08-31 16:00:00.000000','2021-08-31 16:00:00.000000','2021-08-31',1,'2021-08-31 16:02:00.000000',1,0,0,'{"user": "1400", "anchor": "16298964002", "media": {"2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e": "media-2c2f71f8"}}','','2021-08-31 16:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(16,'mlcollage/roundup-2021-09/mirror','roundup',1,2,NULL,2,'sent','2021-08-31 16:00:00.000000','2021-08-31 16:00:00.000000','2021-08-31',1,'2021-08-31 16:02:00.000000',1,0,0,'{}','','2021-08-31 16:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(17,'mlcollage/2021-09-08T13:00:00Z/lab','collage',1,1,5,NULL,'sent','2021-09-08 13:00:00.000000','2021-09-08 13:00:00.000000','2021-09-08',1,'2021-09-08 13:02:00.000000',1,0,0,'{"user": "1400", "anchor": "16304256003", "media": {"abbc6fd5dbe0a747b21ba4e88383a89eeebad5fa18ba55387b430f6eea6fd09c": "media-abbc6fd5"}}','','2021-09-08 13:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(18,'mlcollage/2021-09-08T13:00:00Z/mirror','collage',1,2,5,NULL,'sent','2021-09-08 13:00:00.000000','2021-09-08 13:00:00.000000','2021-09-08',1,'2021-09-08 13:02:00.000000',1,0,0,'{}','','2021-09-08 13:00:00.000000',0,0,NULL);
INSERT INTO "deliveries" VALUES(19,'mlcollage/late-labels-2021-09-14T13:20:07Z/lab','collage',1,1,6,NULL,'sending','2021-09-14 13:20:07.250000','2021-09-14 13:20:07.250000','2021-09-14',1,'2021-09-14 13:22:07.250000',1,0,0,'{"user": "1400", "anchor": "16311060002", "media": {"2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e": "media-2c2f71f8"}}','',NULL,0,0,NULL);
INSERT INTO "deliveries" VALUES(20,'mlcollage/late-labels-2021-09-14T13:20:07Z/mirror','collage',1,2,6,NULL,'waiting','2021-09-14 13:20:07.250000','2021-09-14 13:20:07.250000','2021-09-14',0,NULL,0,0,0,'{}','',NULL,0,0,NULL);
CREATE TABLE installation (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_installation PRIMARY KEY (name)
);
INSERT INTO "installation" VALUES('live','true');
INSERT INTO "installation" VALUES('rehearsals','1');
CREATE TABLE links (
	id INTEGER NOT NULL, 
	paper_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	url TEXT NOT NULL, 
	CONSTRAINT pk_links PRIMARY KEY (id), 
	CONSTRAINT fk_links_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id), 
	CONSTRAINT uq_links_paper_id_position UNIQUE (paper_id, position)
);
INSERT INTO "links" VALUES(1,1,1,'paper','https://example.org/small-steps');
INSERT INTO "links" VALUES(2,2,1,'paper','https://example.org/wide-nets');
INSERT INTO "links" VALUES(3,3,1,'paper','https://example.org/two-towers');
INSERT INTO "links" VALUES(4,4,1,'paper','https://example.org/quiet-noise');
INSERT INTO "links" VALUES(5,5,1,'paper','https://example.org/old-maps');
INSERT INTO "links" VALUES(6,6,1,'paper','https://example.org/late-labels');
INSERT INTO "links" VALUES(7,7,1,'paper','https://example.org/slow-lenses');
INSERT INTO "links" VALUES(8,8,1,'paper','https://example.org/fair-coins');
INSERT INTO "links" VALUES(9,9,1,'paper','https://example.org/warm-starts');
INSERT INTO "links" VALUES(10,10,1,'paper','https://example.org/cold-ends');
INSERT INTO "links" VALUES(11,11,1,'paper','https://example.org/lost-keys');
CREATE TABLE log (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	what VARCHAR(40) NOT NULL, 
	subject TEXT NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_log PRIMARY KEY (id)
);
INSERT INTO "log" VALUES(1,'2021-07-19 09:00:00.000000','ada','add','mlcollage/small-steps','ready, from /srv/mlcollage/items/small-steps.md');
INSERT INTO "log" VALUES(2,'2021-07-19 09:00:00.000000','ada','add','mlcollage/wide-nets','ready, from /srv/mlcollage/items/wide-nets.md');
INSERT INTO "log" VALUES(3,'2021-07-19 09:00:00.000000','ada','add','mlcollage/two-towers','ready, from /srv/mlcollage/items/two-towers.md');
INSERT INTO "log" VALUES(4,'2021-07-19 09:00:00.000000','ada','add','mlcollage/quiet-noise','ready, from /srv/mlcollage/items/quiet-noise.md');
INSERT INTO "log" VALUES(5,'2021-08-02 09:30:00.000000','ada','add','mlcollage/old-maps','ready, from /srv/mlcollage/items/old-maps.md');
INSERT INTO "log" VALUES(6,'2021-08-02 09:30:00.000000','ada','add','mlcollage/late-labels','ready, from /srv/mlcollage/items/late-labels.md');
INSERT INTO "log" VALUES(7,'2021-08-02 09:30:00.000000','ada','add','mlcollage/slow-lenses','ready, from /srv/mlcollage/items/slow-lenses.md');
INSERT INTO "log" VALUES(8,'2021-08-02 09:30:00.000000','ada','add','mlcollage/fair-coins','ready, from /srv/mlcollage/items/fair-coins.md');
INSERT INTO "log" VALUES(9,'2021-08-02 09:30:00.000000','ada','add','mlcollage/warm-starts','ready, from /srv/mlcollage/items/warm-starts.md');
INSERT INTO "log" VALUES(10,'2021-08-02 09:30:00.000000','ada','add','mlcollage/cold-ends','ready, from /srv/mlcollage/items/cold-ends.md');
INSERT INTO "log" VALUES(11,'2021-08-02 09:30:00.000000','ada','add','mlcollage/lost-keys','draft, from /srv/mlcollage/items/lost-keys.md');
INSERT INTO "log" VALUES(12,'2021-08-02 09:30:00.000000','ada','hold','mlcollage/warm-starts','The authors asked for a day.');
INSERT INTO "log" VALUES(13,'2021-08-02 09:30:00.000000','ada','remove','mlcollage/cold-ends','');
INSERT INTO "log" VALUES(14,'2021-08-30 09:00:00.000000','ada','skip','mlcollage/2021-09-01','');
INSERT INTO "log" VALUES(15,'2021-08-30 09:00:00.000000','ada','pin','mlcollage/slow-lenses','2021-09-22');
INSERT INTO "log" VALUES(16,'2021-09-10 10:00:00.000000','ada','hold','account/mirror','Its disk is being replaced.');
CREATE TABLE looks (
	id INTEGER NOT NULL, 
	delivery_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	saw TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_looks PRIMARY KEY (id), 
	CONSTRAINT fk_looks_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id)
);
INSERT INTO "looks" VALUES(1,11,'2021-08-18 13:02:00.000000','out: part 2');
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	text TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	printed_at DATETIME, 
	acknowledged_at DATETIME, 
	rehearsal INTEGER DEFAULT '0' NOT NULL, details TEXT DEFAULT '' NOT NULL, alerted_at DATETIME, 
	CONSTRAINT pk_notices PRIMARY KEY (id), 
	CONSTRAINT uq_notices_key UNIQUE ("key")
);
INSERT INTO "notices" VALUES(1,'rehearsal-1/brief/mlcollage/2021-07-21T13:00:00Z/24h','brief','Wednesday 2021-07-21 15:00, a rehearsal: small-steps [29/52] goes to lab, mirror; all is well.','2021-07-20 13:00:00.000000','2021-07-20 13:00:00.000000','2021-07-20 13:00:00.000000',1,'Wednesday 2021-07-21 15:00, a rehearsal (Europe/Berlin)
Small Steps Reach Far, Lovelace et al. (2021)
It is a rehearsal (live = false): nothing goes to these accounts yet.

lab as /srv/mlcollage/lab: free of charge
--- 1 of 2, 160 of 280 characters
ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/small-steps

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 160 of 500 characters
ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/small-steps','2021-07-20 13:00:00.000000');
INSERT INTO "notices" VALUES(2,'rehearsal-1/brief/mlcollage/2021-07-21T13:00:00Z/1h','brief','Wednesday 2021-07-21 15:00, a rehearsal: small-steps [29/52] goes to lab, mirror; all is well.','2021-07-21 12:00:00.000000','2021-07-21 12:00:00.000000','2021-07-21 12:00:00.000000',1,'Wednesday 2021-07-21 15:00, a rehearsal (Europe/Berlin)
Small Steps Reach Far, Lovelace et al. (2021)
It is a rehearsal (live = false): nothing goes to these accounts yet.

lab as /srv/mlcollage/lab: free of charge
--- 1 of 2, 160 of 280 characters
ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/small-steps

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 160 of 500 characters
ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/small-steps','2021-07-21 12:00:00.000000');
INSERT INTO "notices" VALUES(3,'rehearsal-1/brief/mlcollage/2021-07-28T13:00:00Z/24h','brief','Wednesday 2021-07-28 15:00, a rehearsal: wide-nets [30/52] goes to lab, mirror; all is well.','2021-07-27 13:00:00.000000','2021-07-27 13:00:00.000000','2021-07-27 13:00:00.000000',1,'Wednesday 2021-07-28 15:00, a rehearsal (Europe/Berlin)
Why Wide Nets Forget Less, Lovelace et al. (2021)
It is a rehearsal (live = false): nothing goes to these accounts yet.

lab as /srv/mlcollage/lab: free of charge
--- 1 of 2, 162 of 280 characters
ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: wide-nets.png, 25 × 9, 82 bytes]
[alt text: A white slide about wide-nets.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/wide-nets

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 162 of 500 characters
ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: wide-nets.png, 25 × 9, 82 bytes]
[alt text: A white slide about wide-nets.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/wide-nets','2021-07-27 13:00:00.000000');
INSERT INTO "notices" VALUES(4,'rehearsal-1/brief/mlcollage/2021-07-28T13:00:00Z/1h','brief','Wednesday 2021-07-28 15:00, a rehearsal: wide-nets [30/52] goes to lab, mirror; all is well.','2021-07-28 12:00:00.000000','2021-07-28 12:00:00.000000','2021-07-28 12:00:00.000000',1,'Wednesday 2021-07-28 15:00, a rehearsal (Europe/Berlin)
Why Wide Nets Forget Less, Lovelace et al. (2021)
It is a rehearsal (live = false): nothing goes to these accounts yet.

lab as /srv/mlcollage/lab: free of charge
--- 1 of 2, 162 of 280 characters
ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: wide-nets.png, 25 × 9, 82 bytes]
[alt text: A white slide about wide-nets.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/wide-nets

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 162 of 500 characters
ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: wide-nets.png, 25 × 9, 82 bytes]
[alt text: A white slide about wide-nets.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/wide-nets','2021-07-28 12:00:00.000000');
INSERT INTO "notices" VALUES(5,'rehearsal-1/running dry/mlcollage/2021-07-28 13:00:00+00:00','running dry','mlcollage is running dry: 2 collages are left, and 3 slots in the next 21 days.','2021-07-28 13:00:00.000000','2021-07-28 13:00:00.000000','2021-08-02 09:30:00.000000',1,'','2021-07-28 13:00:00.000000');
INSERT INTO "notices" VALUES(6,'rehearsal-1/brief/mlcollage/roundup-2021-08/24h','brief','Saturday 2021-07-31 18:00, a rehearsal: the roundup 2021-08 with 2 collages so far goes to lab, mirror; all is well.','2021-07-30 16:00:00.000000','2021-07-30 16:00:00.000000','2021-07-30 16:00:00.000000',1,'Saturday 2021-07-31 18:00, a rehearsal (Europe/Berlin)
Two Deep Learning Papers to Read in August 2021
https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/
- small-steps: Small Steps Reach Far
- wide-nets: Why Wide Nets Forget Less
It is a rehearsal (live = false): nothing goes to these accounts yet.

lab as /srv/mlcollage/lab: free of charge
--- 1 of 2, 164 of 280 characters
Two Deep Learning Papers to Read in August 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 26 of 280 characters
💻 https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 162 of 500 characters
Two Deep Learning Papers to Read in August 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 25 of 500 characters
💻 https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/','2021-07-30 16:00:00.000000');
INSERT INTO "notices" VALUES(7,'rehearsal-1/brief/mlcollage/roundup-2021-08/1h','brief','Saturday 2021-07-31 18:00, a rehearsal: the roundup 2021-08 with 2 collages so far goes to lab, mirror; all is well.','2021-07-31 15:00:00.000000','2021-07-31 15:00:00.000000','2021-07-31 15:00:00.000000',1,'Saturday 2021-07-31 18:00, a rehearsal (Europe/Berlin)
Two Deep Learning Papers to Read in August 2021
https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/
- small-steps: Small Steps Reach Far
- wide-nets: Why Wide Nets Forget Less
It is a rehearsal (live = false): nothing goes to these accounts yet.

lab as /srv/mlcollage/lab: free of charge
--- 1 of 2, 164 of 280 characters
Two Deep Learning Papers to Read in August 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 26 of 280 characters
💻 https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 162 of 500 characters
Two Deep Learning Papers to Read in August 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 25 of 500 characters
💻 https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/','2021-07-31 15:00:00.000000');
INSERT INTO "notices" VALUES(8,'rehearsal-1/roundup out/mlcollage/2021-08','roundup out','The roundup 2021-08 is out: Two Deep Learning Papers to Read in August 2021, https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/','2021-07-31 16:00:00.000000','2021-07-31 16:00:00.000000','2021-08-02 09:30:00.000000',1,'','2021-07-31 16:00:00.000000');
INSERT INTO "notices" VALUES(9,'rehearsal ended/2021-08-02 09:00:00+00:00','rehearsal ended','The rehearsal has ended: 2 collages are ready again, what it made is set aside. It is live.','2021-08-02 09:00:00.000000','2021-08-02 09:00:00.000000','2021-08-02 09:30:00.000000',0,'','2021-08-02 09:00:00.000000');
INSERT INTO "notices" VALUES(10,'brief/mlcollage/2021-08-04T13:00:00Z/24h','brief','Wednesday 2021-08-04 15:00: small-steps [29/52] goes to lab, mirror; all is well.','2021-08-03 13:00:00.000000','2021-08-03 13:00:00.000000','2021-08-03 13:00:00.000000',0,'Wednesday 2021-08-04 15:00 (Europe/Berlin)
Small Steps Reach Far, Lovelace et al. (2021)

lab as @mlcollage: $0.00 spent in the month
--- 1 of 2, 160 of 280 characters
ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/small-steps

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 160 of 500 characters
ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/small-steps','2021-08-03 13:00:00.000000');
INSERT INTO "notices" VALUES(11,'brief/mlcollage/2021-08-04T13:00:00Z/1h','brief','Wednesday 2021-08-04 15:00: small-steps [29/52] goes to lab, mirror; all is well.','2021-08-04 12:00:00.000000','2021-08-04 12:00:00.000000','2021-08-04 12:00:00.000000',0,'Wednesday 2021-08-04 15:00 (Europe/Berlin)
Small Steps Reach Far, Lovelace et al. (2021)

lab as @mlcollage: $0.00 spent in the month
--- 1 of 2, 160 of 280 characters
ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/small-steps

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 160 of 500 characters
ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/small-steps','2021-08-04 12:00:00.000000');
INSERT INTO "notices" VALUES(12,'brief/mlcollage/2021-08-11T13:00:00Z/24h','brief','Wednesday 2021-08-11 15:00: wide-nets [30/52] goes to lab, mirror; all is well.','2021-08-10 13:00:00.000000','2021-08-10 13:00:00.000000','2021-08-10 13:00:00.000000',0,'Wednesday 2021-08-11 15:00 (Europe/Berlin)
Why Wide Nets Forget Less, Lovelace et al. (2021)

lab as @mlcollage: $0.22 spent in the month
--- 1 of 2, 162 of 280 characters
ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: wide-nets.png, 25 × 9, 82 bytes]
[alt text: A white slide about wide-nets.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/wide-nets

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 162 of 500 characters
ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: wide-nets.png, 25 × 9, 82 bytes]
[alt text: A white slide about wide-nets.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/wide-nets','2021-08-10 13:00:00.000000');
INSERT INTO "notices" VALUES(13,'brief/mlcollage/2021-08-11T13:00:00Z/1h','brief','Wednesday 2021-08-11 15:00: wide-nets [30/52] goes to lab, mirror; all is well.','2021-08-11 12:00:00.000000','2021-08-11 12:00:00.000000','2021-08-11 12:00:00.000000',0,'Wednesday 2021-08-11 15:00 (Europe/Berlin)
Why Wide Nets Forget Less, Lovelace et al. (2021)

lab as @mlcollage: $0.22 spent in the month
--- 1 of 2, 162 of 280 characters
ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: wide-nets.png, 25 × 9, 82 bytes]
[alt text: A white slide about wide-nets.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/wide-nets

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 162 of 500 characters
ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: wide-nets.png, 25 × 9, 82 bytes]
[alt text: A white slide about wide-nets.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/wide-nets','2021-08-11 12:00:00.000000');
INSERT INTO "notices" VALUES(14,'brief/mlcollage/2021-08-18T13:00:00Z/24h','brief','Wednesday 2021-08-18 15:00: two-towers [31/52] goes to lab, mirror; all is well.','2021-08-17 13:00:45.965643','2021-08-17 13:00:45.965643','2021-08-17 13:00:45.965643',0,'Wednesday 2021-08-18 15:00 (Europe/Berlin)
Two Towers and One Bridge, Lovelace et al. (2021)

lab as @mlcollage: $0.45 spent in the month
--- 1 of 2, 163 of 280 characters
ML-Collage [31/52]

‘Two Towers and One Bridge’
Lovelace et al. (2021)

two-towers says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: two-towers.png, 26 × 9, 82 bytes]
[alt text: A white slide about two-towers.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/two-towers

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 163 of 500 characters
ML-Collage [31/52]

‘Two Towers and One Bridge’
Lovelace et al. (2021)

two-towers says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: two-towers.png, 26 × 9, 82 bytes]
[alt text: A white slide about two-towers.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/two-towers','2021-08-17 13:00:45.965643');
INSERT INTO "notices" VALUES(15,'brief/mlcollage/2021-08-18T13:00:00Z/1h','brief','Wednesday 2021-08-18 15:00: two-towers [31/52] goes to lab, mirror; all is well.','2021-08-18 12:00:45.965643','2021-08-18 12:00:45.965643','2021-08-18 12:00:45.965643',0,'Wednesday 2021-08-18 15:00 (Europe/Berlin)
Two Towers and One Bridge, Lovelace et al. (2021)

lab as @mlcollage: $0.45 spent in the month
--- 1 of 2, 163 of 280 characters
ML-Collage [31/52]

‘Two Towers and One Bridge’
Lovelace et al. (2021)

two-towers says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: two-towers.png, 26 × 9, 82 bytes]
[alt text: A white slide about two-towers.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/two-towers

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 163 of 500 characters
ML-Collage [31/52]

‘Two Towers and One Bridge’
Lovelace et al. (2021)

two-towers says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: two-towers.png, 26 × 9, 82 bytes]
[alt text: A white slide about two-towers.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/two-towers','2021-08-18 12:00:45.965643');
INSERT INTO "notices" VALUES(16,'uncertain/mlcollage/2021-08-18T13:00:00Z/lab/2021-08-18 13:00:00+00:00','uncertain','The thread mlcollage/2021-08-18T13:00:00Z/lab on lab may or may not be out: The connection to X broke before it answered. It will be looked for. See: mlcollage deliveries show 11','2021-08-18 13:00:00.000000','2021-08-18 13:00:00.000000','2021-09-13 09:00:00.000000',0,'','2021-08-18 13:00:00.000000');
INSERT INTO "notices" VALUES(17,'brief/mlcollage/2021-08-25T13:00:00Z/24h','brief','Wednesday 2021-08-25 15:00: quiet-noise [32/52] goes to lab, mirror; all is well.','2021-08-24 13:00:00.000000','2021-08-24 13:00:00.000000','2021-08-24 13:00:00.000000',0,'Wednesday 2021-08-25 15:00 (Europe/Berlin)
Quiet Noise: Diffusion without Drift, Lovelace et al. (2021)

lab as @mlcollage: $0.47 spent in the month
--- 1 of 2, 175 of 280 characters
ML-Collage [32/52]

‘Quiet Noise: Diffusion without Drift’
Lovelace et al. (2021)

quiet-noise says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: quiet-noise.png, 27 × 9, 82 bytes]
[alt text: A white slide about quiet-noise.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/quiet-noise

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 175 of 500 characters
ML-Collage [32/52]

‘Quiet Noise: Diffusion without Drift’
Lovelace et al. (2021)

quiet-noise says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: quiet-noise.png, 27 × 9, 82 bytes]
[alt text: A white slide about quiet-noise.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/quiet-noise','2021-08-24 13:00:00.000000');
INSERT INTO "notices" VALUES(18,'brief/mlcollage/2021-08-25T13:00:00Z/1h','brief','Wednesday 2021-08-25 15:00: quiet-noise [32/52] goes to lab, mirror; all is well.','2021-08-25 12:00:00.000000','2021-08-25 12:00:00.000000','2021-08-25 12:00:00.000000',0,'Wednesday 2021-08-25 15:00 (Europe/Berlin)
Quiet Noise: Diffusion without Drift, Lovelace et al. (2021)

lab as @mlcollage: $0.47 spent in the month
--- 1 of 2, 175 of 280 characters
ML-Collage [32/52]

‘Quiet Noise: Diffusion without Drift’
Lovelace et al. (2021)

quiet-noise says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: quiet-noise.png, 27 × 9, 82 bytes]
[alt text: A white slide about quiet-noise.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/quiet-noise

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 175 of 500 characters
ML-Collage [32/52]

‘Quiet Noise: Diffusion without Drift’
Lovelace et al. (2021)

quiet-noise says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: quiet-noise.png, 27 × 9, 82 bytes]
[alt text: A white slide about quiet-noise.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/quiet-noise','2021-08-25 12:00:00.000000');
INSERT INTO "notices" VALUES(19,'brief/mlcollage/roundup-2021-09/24h','brief','Tuesday 2021-08-31 18:00: the roundup 2021-09 with 4 collages so far goes to lab, mirror; all is well.','2021-08-30 16:00:00.000000','2021-08-30 16:00:00.000000','2021-08-30 16:00:00.000000',0,'Tuesday 2021-08-31 18:00 (Europe/Berlin)
Four Deep Learning Papers to Read in September 2021
https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/
- small-steps: Small Steps Reach Far
- wide-nets: Why Wide Nets Forget Less
- two-towers: Two Towers and One Bridge
- quiet-noise: Quiet Noise: Diffusion without Drift

lab as @mlcollage: $0.69 spent in the month
--- 1 of 3, 222 of 280 characters
Four Deep Learning Papers to Read in September 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)
• Two Towers and One Bridge – Lovelace et al. (2021)

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 3, 64 of 280 characters
• Quiet Noise: Diffusion without Drift – Lovelace et al. (2021)
--- 3 of 3, 26 of 280 characters
💻 https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 283 of 500 characters
Four Deep Learning Papers to Read in September 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)
• Two Towers and One Bridge – Lovelace et al. (2021)
• Quiet Noise: Diffusion without Drift – Lovelace et al. (2021)

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 25 of 500 characters
💻 https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/','2021-08-30 16:00:00.000000');
INSERT INTO "notices" VALUES(20,'brief/mlcollage/2021-09-01T13:00:00Z/24h','brief','Wednesday 2021-09-01 15:00: nothing goes out; the slot is skipped.','2021-08-31 13:00:00.000000','2021-08-31 13:00:00.000000','2021-08-31 13:00:00.000000',0,'','2021-08-31 13:00:00.000000');
INSERT INTO "notices" VALUES(21,'brief/mlcollage/roundup-2021-09/1h','brief','Tuesday 2021-08-31 18:00: the roundup 2021-09 with 4 collages so far goes to lab, mirror; all is well.','2021-08-31 15:00:00.000000','2021-08-31 15:00:00.000000','2021-08-31 15:00:00.000000',0,'Tuesday 2021-08-31 18:00 (Europe/Berlin)
Four Deep Learning Papers to Read in September 2021
https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/
- small-steps: Small Steps Reach Far
- wide-nets: Why Wide Nets Forget Less
- two-towers: Two Towers and One Bridge
- quiet-noise: Quiet Noise: Diffusion without Drift

lab as @mlcollage: $0.69 spent in the month
--- 1 of 3, 222 of 280 characters
Four Deep Learning Papers to Read in September 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)
• Two Towers and One Bridge – Lovelace et al. (2021)

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 3, 64 of 280 characters
• Quiet Noise: Diffusion without Drift – Lovelace et al. (2021)
--- 3 of 3, 26 of 280 characters
💻 https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 283 of 500 characters
Four Deep Learning Papers to Read in September 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)
• Two Towers and One Bridge – Lovelace et al. (2021)
• Quiet Noise: Diffusion without Drift – Lovelace et al. (2021)

#mlcollage
[picture: small-steps.png, 27 × 9, 82 bytes]
[alt text: A white slide about small-steps.]
--- 2 of 2, 25 of 500 characters
💻 https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/','2021-08-31 15:00:00.000000');
INSERT INTO "notices" VALUES(22,'roundup out/mlcollage/2021-09','roundup out','The roundup 2021-09 is out: Four Deep Learning Papers to Read in September 2021, https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/','2021-08-31 16:00:00.000000','2021-08-31 16:00:00.000000','2021-09-13 09:00:00.000000',0,'','2021-08-31 16:00:00.000000');
INSERT INTO "notices" VALUES(23,'brief/mlcollage/2021-09-01T13:00:00Z/1h','brief','Wednesday 2021-09-01 15:00: nothing goes out; the slot is skipped.','2021-09-01 12:00:00.000000','2021-09-01 12:00:00.000000','2021-09-01 12:00:00.000000',0,'','2021-09-01 12:00:00.000000');
INSERT INTO "notices" VALUES(24,'brief/mlcollage/2021-09-08T13:00:00Z/24h','brief','Wednesday 2021-09-08 15:00: old-maps [33/52] goes to lab, mirror; all is well.','2021-09-07 13:00:00.000000','2021-09-07 13:00:00.000000','2021-09-07 13:00:00.000000',0,'Wednesday 2021-09-08 15:00 (Europe/Berlin)
Old Maps for New Robots, Lovelace et al. (2021)

lab as @mlcollage: $0.00 spent in the month
--- 1 of 2, 159 of 280 characters
ML-Collage [33/52]

‘Old Maps for New Robots’
Lovelace et al. (2021)

old-maps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: old-maps.png, 24 × 9, 81 bytes]
[alt text: A white slide about old-maps.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/old-maps

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 159 of 500 characters
ML-Collage [33/52]

‘Old Maps for New Robots’
Lovelace et al. (2021)

old-maps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: old-maps.png, 24 × 9, 81 bytes]
[alt text: A white slide about old-maps.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/old-maps','2021-09-07 13:00:00.000000');
INSERT INTO "notices" VALUES(25,'brief/mlcollage/2021-09-08T13:00:00Z/1h','brief','Wednesday 2021-09-08 15:00: old-maps [33/52] goes to lab, mirror; all is well.','2021-09-08 12:00:00.000000','2021-09-08 12:00:00.000000','2021-09-08 12:00:00.000000',0,'Wednesday 2021-09-08 15:00 (Europe/Berlin)
Old Maps for New Robots, Lovelace et al. (2021)

lab as @mlcollage: $0.00 spent in the month
--- 1 of 2, 159 of 280 characters
ML-Collage [33/52]

‘Old Maps for New Robots’
Lovelace et al. (2021)

old-maps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: old-maps.png, 24 × 9, 81 bytes]
[alt text: A white slide about old-maps.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/old-maps

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 159 of 500 characters
ML-Collage [33/52]

‘Old Maps for New Robots’
Lovelace et al. (2021)

old-maps says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: old-maps.png, 24 × 9, 81 bytes]
[alt text: A white slide about old-maps.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/old-maps','2021-09-08 12:00:00.000000');
INSERT INTO "notices" VALUES(26,'brief/mlcollage/2021-09-15T13:00:00Z/24h','brief','Wednesday 2021-09-15 15:00: late-labels [34/52] goes to lab, mirror; mirror is held: Its disk is being replaced. Then: mlcollage release --account mirror','2021-09-14 13:00:00.000000','2021-09-14 13:00:00.000000',NULL,0,'Wednesday 2021-09-15 15:00 (Europe/Berlin)
Late Labels Are Labels, Lovelace et al. (2021)

! mirror is held: Its disk is being replaced. Then: mlcollage release --account mirror

lab as @mlcollage: $0.22 spent in the month
--- 1 of 2, 161 of 280 characters
ML-Collage [34/52]

‘Late Labels Are Labels’
Lovelace et al. (2021)

late-labels says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: late-labels.png, 27 × 9, 82 bytes]
[alt text: A white slide about late-labels.]
--- 2 of 2, 33 of 280 characters
📝 Paper: https://example.org/late-labels

mirror as /srv/mlcollage/mirror: free of charge
--- 1 of 2, 161 of 500 characters
ML-Collage [34/52]

‘Late Labels Are Labels’
Lovelace et al. (2021)

late-labels says one thing. Then it says another thing, and a third one follows.

#mlcollage
[picture: late-labels.png, 27 × 9, 82 bytes]
[alt text: A white slide about late-labels.]
--- 2 of 2, 32 of 500 characters
📝 Paper: https://example.org/late-labels','2021-09-14 13:00:00.000000');
INSERT INTO "notices" VALUES(27,'running dry/mlcollage/2021-09-14 13:20:07.250000+00:00','running dry','mlcollage is running dry: 2 collages are left, and 3 slots in the next 21 days.','2021-09-14 13:20:07.250000',NULL,NULL,0,'',NULL);
CREATE TABLE papers (
	id INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	authors JSON NOT NULL, 
	others BOOLEAN NOT NULL, 
	year INTEGER, 
	arxiv_id TEXT DEFAULT '' NOT NULL, 
	doi TEXT DEFAULT '' NOT NULL, 
	licence TEXT DEFAULT '' NOT NULL, 
	figures JSON NOT NULL, 
	reference_list JSON NOT NULL, 
	CONSTRAINT pk_papers PRIMARY KEY (id)
);
INSERT INTO "papers" VALUES(1,'Small Steps Reach Far','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(2,'Why Wide Nets Forget Less','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(3,'Two Towers and One Bridge','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(4,'Quiet Noise: Diffusion without Drift','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(5,'Old Maps for New Robots','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(6,'Late Labels Are Labels','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(7,'Slow Lenses for Fast Scenes','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(8,'How Fair Is a Learned Coin?','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(9,'Warm Starts, Cold Ends','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(10,'Cold Ends, Warm Starts','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
INSERT INTO "papers" VALUES(11,'Lost Keys in Long Contexts','["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',0,2021,'','','','[]','[]');
CREATE TABLE parts (
	id INTEGER NOT NULL, 
	delivery_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	picture_sha256 VARCHAR(64), 
	picture_file TEXT DEFAULT '' NOT NULL, 
	alt TEXT DEFAULT '' NOT NULL, 
	receipt_id TEXT, 
	receipt_url TEXT, 
	sent_at DATETIME, 
	CONSTRAINT pk_parts PRIMARY KEY (id), 
	CONSTRAINT fk_parts_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id), 
	CONSTRAINT fk_parts_picture_sha256 FOREIGN KEY(picture_sha256) REFERENCES pictures (sha256), 
	CONSTRAINT uq_parts_delivery_id_position UNIQUE (delivery_id, position)
);
INSERT INTO "parts" VALUES(1,1,1,'ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','small-steps.png','A white slide about small-steps.','2021-07-21-small-steps/1','file:///srv/mlcollage/lab/2021-07-21-small-steps/1.txt','2021-07-21 13:00:00.000000');
INSERT INTO "parts" VALUES(2,1,2,'📝 Paper: https://example.org/small-steps',NULL,'','','2021-07-21-small-steps/2','file:///srv/mlcollage/lab/2021-07-21-small-steps/2.txt','2021-07-21 13:00:00.000000');
INSERT INTO "parts" VALUES(3,2,1,'ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','small-steps.png','A white slide about small-steps.','2021-07-21-small-steps/1','file:///srv/mlcollage/mirror/2021-07-21-small-steps/1.txt','2021-07-21 13:00:00.000000');
INSERT INTO "parts" VALUES(4,2,2,'📝 Paper: https://example.org/small-steps',NULL,'','','2021-07-21-small-steps/2','file:///srv/mlcollage/mirror/2021-07-21-small-steps/2.txt','2021-07-21 13:00:00.000000');
INSERT INTO "parts" VALUES(5,4,1,'ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage','b6e2e9377404f0781084926938fb27eaa6b1ebef11d8a5de57c8fecdd84dfc20','wide-nets.png','A white slide about wide-nets.','2021-07-28-wide-nets/1','file:///srv/mlcollage/mirror/2021-07-28-wide-nets/1.txt','2021-07-28 13:00:00.000000');
INSERT INTO "parts" VALUES(6,4,2,'📝 Paper: https://example.org/wide-nets',NULL,'','','2021-07-28-wide-nets/2','file:///srv/mlcollage/mirror/2021-07-28-wide-nets/2.txt','2021-07-28 13:00:00.000000');
INSERT INTO "parts" VALUES(7,3,1,'ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage','b6e2e9377404f0781084926938fb27eaa6b1ebef11d8a5de57c8fecdd84dfc20','wide-nets.png','A white slide about wide-nets.','2021-07-28-wide-nets/1','file:///srv/mlcollage/lab/2021-07-28-wide-nets/1.txt','2021-07-28 13:00:00.000000');
INSERT INTO "parts" VALUES(8,3,2,'📝 Paper: https://example.org/wide-nets',NULL,'','','2021-07-28-wide-nets/2','file:///srv/mlcollage/lab/2021-07-28-wide-nets/2.txt','2021-07-28 13:00:00.000000');
INSERT INTO "parts" VALUES(9,5,1,'Two Deep Learning Papers to Read in August 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','small-steps.png','A white slide about small-steps.','2021-07-31-roundup-2021-08/1','file:///srv/mlcollage/lab/2021-07-31-roundup-2021-08/1.txt','2021-07-31 16:00:00.000000');
INSERT INTO "parts" VALUES(10,5,2,'💻 https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/',NULL,'','','2021-07-31-roundup-2021-08/2','file:///srv/mlcollage/lab/2021-07-31-roundup-2021-08/2.txt','2021-07-31 16:00:00.000000');
INSERT INTO "parts" VALUES(11,6,1,'Two Deep Learning Papers to Read in August 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','small-steps.png','A white slide about small-steps.','2021-07-31-roundup-2021-08/1','file:///srv/mlcollage/mirror/2021-07-31-roundup-2021-08/1.txt','2021-07-31 16:00:00.000000');
INSERT INTO "parts" VALUES(12,6,2,'💻 https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/',NULL,'','','2021-07-31-roundup-2021-08/2','file:///srv/mlcollage/mirror/2021-07-31-roundup-2021-08/2.txt','2021-07-31 16:00:00.000000');
INSERT INTO "parts" VALUES(13,7,1,'ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','small-steps.png','A white slide about small-steps.','16280820001','https://x.example/mlcollage/status/16280820001','2021-08-04 13:00:00.000000');
INSERT INTO "parts" VALUES(14,7,2,'📝 Paper: https://example.org/small-steps',NULL,'','','16280820002','https://x.example/mlcollage/status/16280820002','2021-08-04 13:00:00.000000');
INSERT INTO "parts" VALUES(15,8,1,'ML-Collage [29/52]

‘Small Steps Reach Far’
Lovelace et al. (2021)

small-steps says one thing. Then it says another thing, and a third one follows.

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','small-steps.png','A white slide about small-steps.','2021-08-04-small-steps/1','file:///srv/mlcollage/mirror/2021-08-04-small-steps/1.txt','2021-08-04 13:00:00.000000');
INSERT INTO "parts" VALUES(16,8,2,'📝 Paper: https://example.org/small-steps',NULL,'','','2021-08-04-small-steps/2','file:///srv/mlcollage/mirror/2021-08-04-small-steps/2.txt','2021-08-04 13:00:00.000000');
INSERT INTO "parts" VALUES(17,10,1,'ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage','b6e2e9377404f0781084926938fb27eaa6b1ebef11d8a5de57c8fecdd84dfc20','wide-nets.png','A white slide about wide-nets.','2021-08-11-wide-nets/1','file:///srv/mlcollage/mirror/2021-08-11-wide-nets/1.txt','2021-08-11 13:00:00.000000');
INSERT INTO "parts" VALUES(18,10,2,'📝 Paper: https://example.org/wide-nets',NULL,'','','2021-08-11-wide-nets/2','file:///srv/mlcollage/mirror/2021-08-11-wide-nets/2.txt','2021-08-11 13:00:00.000000');
INSERT INTO "parts" VALUES(19,9,1,'ML-Collage [30/52]

‘Why Wide Nets Forget Less’
Lovelace et al. (2021)

wide-nets says one thing. Then it says another thing, and a third one follows.

#mlcollage','b6e2e9377404f0781084926938fb27eaa6b1ebef11d8a5de57c8fecdd84dfc20','wide-nets.png','A white slide about wide-nets.','16286868451','https://x.example/mlcollage/status/16286868451','2021-08-11 13:00:45.965643');
INSERT INTO "parts" VALUES(20,9,2,'📝 Paper: https://example.org/wide-nets',NULL,'','','16286868452','https://x.example/mlcollage/status/16286868452','2021-08-11 13:00:45.965643');
INSERT INTO "parts" VALUES(21,11,1,'ML-Collage [31/52]

‘Two Towers and One Bridge’
Lovelace et al. (2021)

two-towers says one thing. Then it says another thing, and a third one follows.

#mlcollage','4d1a84ae30a61e734c037d96cd237a900284fb39ba501dc09fb53d1dcad65680','two-towers.png','A white slide about two-towers.','16292916001','https://x.example/mlcollage/status/16292916001','2021-08-18 13:00:00.000000');
INSERT INTO "parts" VALUES(22,11,2,'📝 Paper: https://example.org/two-towers',NULL,'','','16292916002','https://x.example/mlcollage/status/16292916002','2021-08-18 13:00:00.000000');
INSERT INTO "parts" VALUES(23,12,1,'ML-Collage [31/52]

‘Two Towers and One Bridge’
Lovelace et al. (2021)

two-towers says one thing. Then it says another thing, and a third one follows.

#mlcollage','4d1a84ae30a61e734c037d96cd237a900284fb39ba501dc09fb53d1dcad65680','two-towers.png','A white slide about two-towers.','2021-08-18-two-towers/1','file:///srv/mlcollage/mirror/2021-08-18-two-towers/1.txt','2021-08-18 13:00:00.000000');
INSERT INTO "parts" VALUES(24,12,2,'📝 Paper: https://example.org/two-towers',NULL,'','','2021-08-18-two-towers/2','file:///srv/mlcollage/mirror/2021-08-18-two-towers/2.txt','2021-08-18 13:00:00.000000');
INSERT INTO "parts" VALUES(25,14,1,'ML-Collage [32/52]

‘Quiet Noise: Diffusion without Drift’
Lovelace et al. (2021)

quiet-noise says one thing. Then it says another thing, and a third one follows.

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','quiet-noise.png','A white slide about quiet-noise.','2021-08-25-quiet-noise/1','file:///srv/mlcollage/mirror/2021-08-25-quiet-noise/1.txt','2021-08-25 13:00:00.000000');
INSERT INTO "parts" VALUES(26,14,2,'📝 Paper: https://example.org/quiet-noise',NULL,'','','2021-08-25-quiet-noise/2','file:///srv/mlcollage/mirror/2021-08-25-quiet-noise/2.txt','2021-08-25 13:00:00.000000');
INSERT INTO "parts" VALUES(27,13,1,'ML-Collage [32/52]

‘Quiet Noise: Diffusion without Drift’
Lovelace et al. (2021)

quiet-noise says one thing. Then it says another thing, and a third one follows.

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','quiet-noise.png','A white slide about quiet-noise.','16298964001','https://x.example/mlcollage/status/16298964001','2021-08-25 13:00:00.000000');
INSERT INTO "parts" VALUES(28,13,2,'📝 Paper: https://example.org/quiet-noise',NULL,'','','16298964002','https://x.example/mlcollage/status/16298964002','2021-08-25 13:00:00.000000');
INSERT INTO "parts" VALUES(29,15,1,'Four Deep Learning Papers to Read in September 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)
• Two Towers and One Bridge – Lovelace et al. (2021)

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','small-steps.png','A white slide about small-steps.','16304256001','https://x.example/mlcollage/status/16304256001','2021-08-31 16:00:00.000000');
INSERT INTO "parts" VALUES(30,15,2,'• Quiet Noise: Diffusion without Drift – Lovelace et al. (2021)',NULL,'','','16304256002','https://x.example/mlcollage/status/16304256002','2021-08-31 16:00:00.000000');
INSERT INTO "parts" VALUES(31,15,3,'💻 https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/',NULL,'','','16304256003','https://x.example/mlcollage/status/16304256003','2021-08-31 16:00:00.000000');
INSERT INTO "parts" VALUES(32,16,1,'Four Deep Learning Papers to Read in September 2021

• Small Steps Reach Far – Lovelace et al. (2021)
• Why Wide Nets Forget Less – Lovelace et al. (2021)
• Two Towers and One Bridge – Lovelace et al. (2021)
• Quiet Noise: Diffusion without Drift – Lovelace et al. (2021)

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','small-steps.png','A white slide about small-steps.','2021-08-31-roundup-2021-09/1','file:///srv/mlcollage/mirror/2021-08-31-roundup-2021-09/1.txt','2021-08-31 16:00:00.000000');
INSERT INTO "parts" VALUES(33,16,2,'💻 https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/',NULL,'','','2021-08-31-roundup-2021-09/2','file:///srv/mlcollage/mirror/2021-08-31-roundup-2021-09/2.txt','2021-08-31 16:00:00.000000');
INSERT INTO "parts" VALUES(34,17,1,'ML-Collage [33/52]

‘Old Maps for New Robots’
Lovelace et al. (2021)

old-maps says one thing. Then it says another thing, and a third one follows.

#mlcollage','abbc6fd5dbe0a747b21ba4e88383a89eeebad5fa18ba55387b430f6eea6fd09c','old-maps.png','A white slide about old-maps.','16311060001','https://x.example/mlcollage/status/16311060001','2021-09-08 13:00:00.000000');
INSERT INTO "parts" VALUES(35,17,2,'📝 Paper: https://example.org/old-maps',NULL,'','','16311060002','https://x.example/mlcollage/status/16311060002','2021-09-08 13:00:00.000000');
INSERT INTO "parts" VALUES(36,18,1,'ML-Collage [33/52]

‘Old Maps for New Robots’
Lovelace et al. (2021)

old-maps says one thing. Then it says another thing, and a third one follows.

#mlcollage','abbc6fd5dbe0a747b21ba4e88383a89eeebad5fa18ba55387b430f6eea6fd09c','old-maps.png','A white slide about old-maps.','2021-09-08-old-maps/1','file:///srv/mlcollage/mirror/2021-09-08-old-maps/1.txt','2021-09-08 13:00:00.000000');
INSERT INTO "parts" VALUES(37,18,2,'📝 Paper: https://example.org/old-maps',NULL,'','','2021-09-08-old-maps/2','file:///srv/mlcollage/mirror/2021-09-08-old-maps/2.txt','2021-09-08 13:00:00.000000');
INSERT INTO "parts" VALUES(38,19,1,'ML-Collage [34/52]

‘Late Labels Are Labels’
Lovelace et al. (2021)

late-labels says one thing. Then it says another thing, and a third one follows.

#mlcollage','2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','late-labels.png','A white slide about late-labels.','16316256071','https://x.example/mlcollage/status/16316256071','2021-09-14 13:20:07.250000');
INSERT INTO "parts" VALUES(39,19,2,'📝 Paper: https://example.org/late-labels',NULL,'','',NULL,NULL,NULL);
CREATE TABLE pictures (
	sha256 VARCHAR(64) NOT NULL, 
	mime VARCHAR(40) NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT pk_pictures PRIMARY KEY (sha256)
);
INSERT INTO "pictures" VALUES('2c2f71f8d3db5e286f558f7b834d25aa111cbda222cc45ed2a5d033561efa04e','image/png',27,9,82,X'89504E470D0A1A0A0000000D494844520000001B0000000908020000004CA8C0920000001949444154789C63FCFFFF3F03550113758D1B3571D4448A0000B4AC030F475AD7E40000000049454E44AE426082');
INSERT INTO "pictures" VALUES('b6e2e9377404f0781084926938fb27eaa6b1ebef11d8a5de57c8fecdd84dfc20','image/png',25,9,82,X'89504E470D0A1A0A0000000D4948445200000019000000090802000000485D10AF0000001949444154789C63FCFFFF3F03950013B50C1A356BD42C2C00001132030FB0AA70310000000049454E44AE426082');
INSERT INTO "pictures" VALUES('4d1a84ae30a61e734c037d96cd237a900284fb39ba501dc09fb53d1dcad65680','image/png',26,9,82,X'89504E470D0A1A0A0000000D494844520000001A000000090802000000A36AABAC0000001949444154789C63FCFFFF3F03F5001315CD1A356ED43862010062EF030F70425D390000000049454E44AE426082');
INSERT INTO "pictures" VALUES('abbc6fd5dbe0a747b21ba4e88383a89eeebad5fa18ba55387b430f6eea6fd09c','image/png',24,9,81,X'89504E470D0A1A0A0000000D4948445200000018000000090802000000A79F7B910000001849444154789C63FCFFFF3F03350013554C193568A41B0400BF66030FF1FA01300000000049454E44AE426082');
CREATE TABLE roundups (
	id INTEGER NOT NULL, 
	series_id INTEGER NOT NULL, 
	title_month VARCHAR(7) NOT NULL, 
	title TEXT NOT NULL, 
	slug TEXT NOT NULL, 
	subtitle TEXT DEFAULT '' NOT NULL, 
	link TEXT DEFAULT '' NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	published_elsewhere BOOLEAN DEFAULT false NOT NULL, 
	due_at DATETIME NOT NULL, 
	rehearsal INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_roundups PRIMARY KEY (id), 
	CONSTRAINT fk_roundups_series_id FOREIGN KEY(series_id) REFERENCES series (id), 
	CONSTRAINT uq_roundups_series_id_title_month_rehearsal UNIQUE (series_id, title_month, rehearsal)
);
INSERT INTO "roundups" VALUES(1,1,'2021-08','Two Deep Learning Papers to Read in August 2021','two-deep-learning-papers-to-read-in-august-2021','','https://example.org/mlcollage/two-deep-learning-papers-to-read-in-august-2021/','announced',0,'2021-07-31 16:00:00.000000',1);
INSERT INTO "roundups" VALUES(2,1,'2021-09','Four Deep Learning Papers to Read in September 2021','four-deep-learning-papers-to-read-in-september-2021','','https://example.org/mlcollage/four-deep-learning-papers-to-read-in-september-2021/','announced',0,'2021-08-31 16:00:00.000000',0);
CREATE TABLE series (
	id INTEGER NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	fingerprint TEXT NOT NULL, 
	scheduled_from DATETIME NOT NULL, 
	looked_until DATETIME NOT NULL, 
	roundups_through VARCHAR(7) NOT NULL, 
	paused_at DATETIME, 
	paused_until DATETIME, 
	CONSTRAINT pk_series PRIMARY KEY (id), 
	CONSTRAINT uq_series_name UNIQUE (name)
);
INSERT INTO "series" VALUES(1,'mlcollage','Europe/Berlin | wednesday 15:00','2021-08-02 09:00:00.000000','2021-09-08 13:00:00.000000','2021-09',NULL,NULL);
CREATE TABLE slots (
	id INTEGER NOT NULL, 
	series_id INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	local_on DATE NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	collage_id INTEGER, 
	number INTEGER, 
	extra BOOLEAN DEFAULT false NOT NULL, 
	rehearsal INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_slots PRIMARY KEY (id), 
	CONSTRAINT fk_slots_collage_id FOREIGN KEY(collage_id) REFERENCES collages (id), 
	CONSTRAINT fk_slots_series_id FOREIGN KEY(series_id) REFERENCES series (id), 
	CONSTRAINT uq_slots_series_id_due_at_rehearsal UNIQUE (series_id, due_at, rehearsal)
);
INSERT INTO "slots" VALUES(1,1,'2021-07-21 13:00:00.000000','2021-07-21','claimed',1,29,0,1);
INSERT INTO "slots" VALUES(2,1,'2021-07-28 13:00:00.000000','2021-07-28','claimed',2,30,0,1);
INSERT INTO "slots" VALUES(3,1,'2021-08-04 13:00:00.000000','2021-08-04','claimed',1,29,0,0);
INSERT INTO "slots" VALUES(4,1,'2021-08-11 13:00:00.000000','2021-08-11','claimed',2,30,0,0);
INSERT INTO "slots" VALUES(5,1,'2021-08-18 13:00:00.000000','2021-08-18','claimed',3,31,0,0);
INSERT INTO "slots" VALUES(6,1,'2021-08-25 13:00:00.000000','2021-08-25','claimed',4,32,0,0);
INSERT INTO "slots" VALUES(7,1,'2021-09-01 13:00:00.000000','2021-09-01','skipped',NULL,NULL,0,0);
INSERT INTO "slots" VALUES(8,1,'2021-09-08 13:00:00.000000','2021-09-08','claimed',5,33,0,0);
INSERT INTO "slots" VALUES(9,1,'2021-09-14 13:20:07.250000','2021-09-14','claimed',6,34,1,0);
CREATE INDEX ix_log_subject ON log (subject);
CREATE INDEX ix_notices_open ON notices (id) WHERE acknowledged_at IS NULL;
CREATE INDEX ix_notices_unprinted ON notices (id) WHERE printed_at IS NULL;
CREATE INDEX ix_roundups_open ON roundups (series_id, due_at) WHERE state IN ('due', 'rendered', 'linked');
CREATE INDEX ix_collages_posted ON collages (series_id, posted_at) WHERE state = 'posted';
CREATE INDEX ix_collages_queue ON collages (series_id, position) WHERE removed_at IS NULL AND state IN ('draft', 'ready', 'claimed', 'held');
CREATE INDEX ix_collages_ready ON collages (series_id, position) WHERE state = 'ready' AND removed_at IS NULL;
CREATE INDEX ix_collages_roundup_id ON collages (roundup_id);
CREATE INDEX ix_collages_unrounded ON collages (series_id, due_at) WHERE state = 'posted' AND roundup_id IS NULL;
CREATE UNIQUE INDEX uq_collages_name ON collages (series_id, name) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX uq_collages_number ON collages (series_id, number_year, number) WHERE number IS NOT NULL;
CREATE INDEX ix_deliveries_collage_id ON deliveries (collage_id);
CREATE INDEX ix_deliveries_roundup_id ON deliveries (roundup_id);
CREATE INDEX ix_attempts_delivery_id ON attempts (delivery_id);
CREATE INDEX ix_charges_month ON charges (account_id, month);
CREATE INDEX ix_deliveries_open ON deliveries (rehearsal, id) WHERE state IN ('waiting', 'sending', 'uncertain');
CREATE INDEX ix_deliveries_waiting ON deliveries (account_id, rehearsal, next_at, id) WHERE state = 'waiting';
CREATE INDEX ix_deliveries_under_way ON deliveries (account_id, next_at) WHERE state IN ('sending', 'uncertain');
CREATE INDEX ix_deliveries_begun ON deliveries (account_id, series_id, id) WHERE begun;
CREATE INDEX ix_deliveries_stopped ON deliveries (rehearsal, id) WHERE state IN ('held', 'failed');
CREATE INDEX ix_parts_receipt_id ON parts (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX ix_looks_delivery_id ON looks (delivery_id);
CREATE INDEX ix_notices_unalerted ON notices (id) WHERE alerted_at IS NULL;
COMMIT;
