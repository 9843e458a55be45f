-- Everything that a database of MariaDB 10.11 can hold, for round trips. The file is run in an empty database.
SET NAMES utf8mb4;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';

CREATE TABLE numbers (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tiny TINYINT, tiny_u TINYINT UNSIGNED, small SMALLINT, medium MEDIUMINT, plain INT, padded INT(8) UNSIGNED ZEROFILL,
  big BIGINT, exact DECIMAL(65, 30), money NUMERIC(12, 2), single_f FLOAT, double_f DOUBLE, flag BOOLEAN, bits BIT(64), one_bit BIT(1)
);
INSERT INTO numbers VALUES
  (0, -128, 0, -32768, -8388608, -2147483648, 0, -9223372036854775808, -12345678901234567890123456789012345.123456789012345678901234567890, -0.01, -3.40282e38, -1.7976931348623157e308, FALSE, b'0', b'0'),
  (18446744073709551614, 127, 255, 32767, 8388607, 2147483647, 42, 9223372036854775807, 99999999999999999999999999999999999.999999999999999999999999999999, 9999999999.99, 1.17549e-38, 2.2250738585072014e-308, TRUE, ~b'0', b'1'),
  (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.1, NULL, 0x0A270D5C00FF, NULL);

CREATE TABLE times (
  id INT PRIMARY KEY, d DATE, t TIME(6), dt DATETIME(6), ts TIMESTAMP(6) NULL DEFAULT NULL,
  changed TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, y YEAR
);
INSERT INTO times VALUES
  (1, '1000-01-01', '-838:59:59.999999', '1000-01-01 00:00:00.000001', '1970-01-01 12:00:01', '2001-02-03 04:05:06', 1901),
  (2, '9999-12-31', '838:59:59.999999', '9999-12-31 23:59:59.999999', '2038-01-18 03:14:07.999999', '2024-03-31 02:30:00', 2155),
  (3, '0000-00-00', NULL, '0000-00-00 00:00:00', NULL, '2024-10-27 01:30:00', 0);

CREATE TABLE texts (
  id INT PRIMARY KEY, c CHAR(20), v VARCHAR(2000), tt TINYTEXT, t TEXT, mt MEDIUMTEXT, lt LONGTEXT,
  latin VARCHAR(50) CHARACTER SET latin1, wide VARCHAR(50) CHARACTER SET utf16, three VARCHAR(50) CHARACTER SET utf8mb3,
  sorted VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci,
  kind ENUM('a', 'it''s', 'größe', '') NOT NULL, several SET('x', 'y', 'comma;', '漢'), j JSON, u UUID, ip4 INET4, ip6 INET6
) DEFAULT CHARSET=utf8mb4;
INSERT INTO texts VALUES
  (1, '', '', '', '', '', '', '', '', '', '', '', '', '{}', '00000000-0000-0000-0000-000000000000', '0.0.0.0', '::'),
  (2, 'x', CONCAT('quote '' " ` back \\ tab \t line \n return \r nul ', CHAR(0), ' ^Z ', CHAR(26), ' %_ \\% ; -- # /* */'),
   'größe', 'DELIMITER ;;\n-- Dump completed on 2000-01-01  0:00:00\nALTER DATABASE `sample` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n',
   '漢字 \U0001F600', REPEAT('long 長い 😀 ', 50000), 'äöüß€', '漢', '漢€', 'Straße', 'it''s', 'x,comma;,漢',
   '{"a": [1, 2.50, null, "\\u00fc\\n"], "b": {"c": true}}', '123e4567-e89b-12d3-a456-426655440000', '255.255.255.254', '2001:db8::ff00:42:8329'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'größe', NULL, NULL, NULL, NULL, NULL),
  (4, '😀', '\\!touch', 'source /etc/passwd', '\\! id\n\\. x\n', 'use mysql;', 'a\r\nb', '', '', '', '', 'a', 'y', '[]', NULL, NULL, NULL);

CREATE TABLE binaries (
  id INT PRIMARY KEY, b BINARY(8), vb VARBINARY(300), tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB,
  md5 BINARY(16) GENERATED ALWAYS AS (UNHEX(MD5(lb))) VIRTUAL
);
INSERT INTO binaries (id, b, vb, tb, bl, mb, lb) VALUES
  (1, x'', x'', x'', x'', x'', x''),
  (2, x'00', x'000102030405060708090A0B0C0D0E0F1A22275C60FFFEFD', x'EFBBBF', x'C328A0A1', x'0D0A0D0A00', UNHEX(REPEAT('00FF27225C0A0D1A', 200000))),
  (3, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE shapes (
  id INT PRIMARY KEY, g GEOMETRY, p POINT NOT NULL, l LINESTRING, a POLYGON, mp MULTIPOINT, gc GEOMETRYCOLLECTION, SPATIAL INDEX (p)
);
INSERT INTO shapes VALUES
  (1, ST_GeomFromText('POINT(1 2)', 4326), POINT(0.1, -0.2), ST_GeomFromText('LINESTRING(0 0, 1 1, 2 3)'),
   ST_GeomFromText('POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 4 2, 4 4, 2 4, 2 2))'), ST_GeomFromText('MULTIPOINT(1 1, 2 2)'),
   ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))')),
  (2, NULL, POINT(1e308, -1e-308), NULL, NULL, NULL, NULL);

CREATE TABLE `Größe – "漢" ``x``` (
  `primary key` INT PRIMARY KEY COMMENT 'it''s; a "comment" with \\ and \n a line',
  `säule` VARCHAR(20) DEFAULT 'it''s' COMMENT '漢',
  `order` INT NOT NULL DEFAULT (1 + 2) CHECK (`order` > 0),
  CONSTRAINT `böse` CHECK (CHAR_LENGTH(`säule`) < 15)
) COMMENT='with ; and '' in it';
INSERT INTO `Größe – "漢" ``x``` VALUES (1, 'ä', 5), (2, DEFAULT, DEFAULT);

CREATE TABLE parents (id INT AUTO_INCREMENT PRIMARY KEY, code VARCHAR(10) NOT NULL UNIQUE, boss INT NULL,
  FOREIGN KEY (boss) REFERENCES parents (id) ON DELETE SET NULL) AUTO_INCREMENT=1000;
CREATE TABLE children (
  a INT, b INT, parent INT NOT NULL, net DECIMAL(10, 2), tax DECIMAL(4, 2) DEFAULT 19.00,
  gross DECIMAL(12, 2) GENERATED ALWAYS AS (net * (100 + tax) / 100) STORED, label VARCHAR(40) AS (CONCAT('#', a, '/', b)) VIRTUAL INVISIBLE,
  PRIMARY KEY (a, b), KEY (label), KEY backwards (b DESC), CONSTRAINT to_parent FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO parents (code, boss) VALUES ('one', NULL), ('two', 1000), ('three', 1001);
INSERT INTO children (a, b, parent, net) SELECT seq, seq * 3 % 17, 1000 + seq % 3, seq * 1.37 FROM seq_1_to_500;
-- Names that sort so that a child comes before its parent.
CREATE TABLE z_parent (id INT PRIMARY KEY);
CREATE TABLE a_child (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES z_parent (id));
ALTER TABLE z_parent ADD COLUMN child INT, ADD FOREIGN KEY (child) REFERENCES a_child (id);
INSERT INTO z_parent VALUES (1, NULL); INSERT INTO a_child VALUES (1); UPDATE z_parent SET child = 1;

CREATE TABLE many (id INT PRIMARY KEY, hash CHAR(32) NOT NULL, number DOUBLE, text VARCHAR(100), raw VARBINARY(20), KEY (hash));
INSERT INTO many SELECT seq, MD5(seq), IF(seq % 10 = 0, NULL, SQRT(seq)), CONCAT('row ', seq, ' ''ü漢😀'' \\ \n'), UNHEX(SHA1(seq)) FROM seq_1_to_200000;

CREATE TABLE hollow (id INT);
CREATE TABLE parted (id INT, y INT, PRIMARY KEY (id, y)) PARTITION BY RANGE (y) (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN MAXVALUE);
INSERT INTO parted SELECT seq, 1990 + seq % 20 FROM seq_1_to_100;
CREATE TABLE searched (id INT PRIMARY KEY, body TEXT, FULLTEXT (body)) ROW_FORMAT=COMPRESSED;
INSERT INTO searched VALUES (1, 'full text of a kind'), (2, 'another');
CREATE TABLE versions (id INT PRIMARY KEY, v VARCHAR(10)) WITH SYSTEM VERSIONING;
INSERT INTO versions VALUES (1, 'first'), (2, 'gone');
UPDATE versions SET v = 'second' WHERE id = 1;
DELETE FROM versions WHERE id = 2;
CREATE TABLE periods (id INT, s DATE, e DATE, PERIOD FOR p (s, e), UNIQUE (id, p WITHOUT OVERLAPS));
INSERT INTO periods VALUES (1, '2020-01-01', '2021-01-01'), (1, '2021-01-01', '2022-01-01');
CREATE TABLE old_kind (id INT PRIMARY KEY, t TEXT) ENGINE=MyISAM DEFAULT CHARSET=latin1;
INSERT INTO old_kind VALUES (1, 'ä'), (2, NULL);
CREATE TABLE aria_kind (id INT PRIMARY KEY) ENGINE=Aria;
INSERT INTO aria_kind VALUES (1);
CREATE SEQUENCE counter START WITH 100 INCREMENT BY 5 MAXVALUE 100000 CYCLE NOCACHE;
DO NEXTVAL(counter); DO NEXTVAL(counter);

CREATE VIEW summary AS SELECT parent, COUNT(*) AS n, SUM(gross) AS total FROM children GROUP BY parent;
CREATE SQL SECURITY INVOKER VIEW a_view_on_a_view AS SELECT p.code, s.total FROM summary s JOIN parents p ON p.id = s.parent WHERE s.n > 0;
CREATE VIEW checked AS SELECT id, t FROM old_kind WHERE id < 100 WITH CASCADED CHECK OPTION;

DELIMITER $$
CREATE FUNCTION doubled(x INT) RETURNS INT DETERMINISTIC NO SQL COMMENT 'it''s twice'
BEGIN
  -- Dump completed
  RETURN x * 2;
END$$
CREATE DEFINER = 'someone'@'else' PROCEDURE `prozedur ä`(IN a INT, OUT b VARCHAR(100) CHARACTER SET utf8mb4)
MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET b = 'ü; -- "漢"';
  SET b = 'a string
with lines; DELIMITER //
CREATE DATABASE nothing;';
END$$
CREATE TRIGGER first_one BEFORE INSERT ON hollow FOR EACH ROW BEGIN SET NEW.id = NEW.id + 1; END$$
CREATE TRIGGER second_one BEFORE INSERT ON hollow FOR EACH ROW FOLLOWS first_one SET NEW.id = NEW.id * 10$$
CREATE TRIGGER `nach ä` AFTER DELETE ON parents FOR EACH ROW BEGIN INSERT INTO old_kind VALUES (OLD.id, 'it''s; gone'); END$$
CREATE EVENT yearly ON SCHEDULE EVERY 1 YEAR STARTS '2030-01-01 00:00:00' ON COMPLETION PRESERVE COMMENT 'ä' DO BEGIN DELETE FROM hollow; END$$
CREATE EVENT asleep ON SCHEDULE AT '2035-06-01 12:00:00' DISABLE DO DELETE FROM hollow$$
DELIMITER ;
CREATE VIEW uses_function AS SELECT id, doubled(id) AS twice FROM parents;
INSERT INTO hollow VALUES (1), (2);
