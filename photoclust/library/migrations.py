"""The schema of a library, one function per change. A released function is never edited.

docs/schema.md is generated from here; the comments below are its text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from photoclust.library.version import APPLICATION_ID

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("photoclust")

INITIAL_SCHEMA = """
CREATE TABLE photos (          -- an image by content
  id INTEGER PRIMARY KEY,
  content_hash TEXT NOT NULL UNIQUE,       -- sha256 of the file's bytes, hex
  width INTEGER, height INTEGER,           -- pixels, upright; null until it was decoded
  taken_at TEXT,                           -- ISO 8601, local time, with offset if known
  latitude REAL, longitude REAL            -- degrees, WGS 84
) STRICT;

CREATE TABLE files (           -- a path where a photo was seen
  path BLOB PRIMARY KEY,                   -- os.fsencode of the absolute path
  path_text TEXT NOT NULL,                 -- the same for people; undecodable bytes as U+FFFD
  photo_id INTEGER REFERENCES photos,      -- null while the file cannot be read
  size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  seen_at TEXT NOT NULL,                   -- ISO 8601, UTC
  missing_since TEXT,                      -- set when a scan of its folder did not find it
  reference INTEGER NOT NULL DEFAULT 0,    -- 1: only given to `enrol`, not part of the library
  failure TEXT,                            -- why it cannot be read
  CHECK ((photo_id IS NULL) = (failure IS NOT NULL))
) STRICT;
CREATE INDEX files_photo ON files (photo_id);

CREATE TABLE packs (           -- a model pack that made faces here
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  fingerprint TEXT NOT NULL UNIQUE,        -- sha256 over model files and settings
  dim INTEGER NOT NULL,                    -- length of an embedding
  licence TEXT NOT NULL,
  licence_accepted_at TEXT,                -- for weights that are not free for any use
  settings TEXT NOT NULL,                  -- JSON: thresholds and what the fingerprint covers
  location TEXT,                           -- the folder, for a pack given as one
  in_use INTEGER NOT NULL CHECK (in_use IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX one_pack_in_use ON packs (in_use) WHERE in_use;

CREATE TABLE scans (           -- what a pack has looked at; no row: not tried yet
  photo_id INTEGER NOT NULL REFERENCES photos,
  pack_id INTEGER NOT NULL REFERENCES packs,
  status TEXT NOT NULL CHECK (status IN ('done', 'failed')),
  reason TEXT,                             -- of a failure
  scanned_at TEXT NOT NULL,
  PRIMARY KEY (photo_id, pack_id),
  CHECK ((status = 'failed') = (reason IS NOT NULL))
) STRICT;

CREATE TABLE faces (           -- a detection that was kept
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  photo_id INTEGER NOT NULL,
  pack_id INTEGER NOT NULL,
  x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL,  -- 0..1, upright
  score REAL NOT NULL,                     -- of the detector, 0..1
  quality REAL NOT NULL,                   -- 0..1
  landmarks TEXT NOT NULL,                 -- JSON: five [x, y], 0..1
  FOREIGN KEY (photo_id, pack_id) REFERENCES scans
) STRICT;
CREATE INDEX faces_photo ON faces (photo_id, pack_id);

CREATE TABLE embeddings (      -- beside faces, so that browsing faces stays light
  face_id INTEGER PRIMARY KEY REFERENCES faces ON DELETE CASCADE,
  vector BLOB NOT NULL                     -- little-endian float32, unit length
) STRICT;

CREATE TABLE clusters (        -- a group that the machine made
  id INTEGER PRIMARY KEY AUTOINCREMENT,    -- the number people see; never used twice
  pack_id INTEGER NOT NULL REFERENCES packs
) STRICT;

CREATE TABLE memberships (     -- the machine's word on a face; rewritten by every clustering
  face_id INTEGER PRIMARY KEY REFERENCES faces ON DELETE CASCADE,
  cluster_id INTEGER NOT NULL REFERENCES clusters ON DELETE CASCADE,
  strength REAL NOT NULL CHECK (strength BETWEEN 0 AND 1)
) STRICT;
CREATE INDEX memberships_cluster ON memberships (cluster_id);

CREATE TABLE people (          -- somebody a human named
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE acts (            -- one thing a human did; append-only
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  made_at TEXT NOT NULL,                   -- ISO 8601, UTC
  made_by TEXT NOT NULL,                   -- the account it was done from
  what TEXT NOT NULL,                      -- in words
  undone_by INTEGER REFERENCES acts        -- the act that took it back
) STRICT;

CREATE TABLE decisions (       -- what an act said; append-only, no clustering touches it
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  act_id INTEGER NOT NULL REFERENCES acts,
  face_id INTEGER NOT NULL REFERENCES faces,
  verdict TEXT NOT NULL CHECK (verdict IN
    ('is', 'is_not', 'unnamed', 'same', 'not_same', 'not_face', 'stranger', 'hidden')),
  person_id INTEGER REFERENCES people,     -- of is and is_not
  other_face_id INTEGER REFERENCES faces,  -- of same and not_same
  source TEXT NOT NULL CHECK (source IN ('cluster', 'face')),  -- what was pointed at
  CHECK ((verdict IN ('is', 'is_not')) = (person_id IS NOT NULL)),
  CHECK ((verdict IN ('same', 'not_same')) = (other_face_id IS NOT NULL))
) STRICT;
CREATE INDEX decisions_face ON decisions (face_id);
CREATE INDEX decisions_person ON decisions (person_id);

CREATE VIEW last_words AS      -- the last word of a human on whose face it is
SELECT face_id, verdict, person_id, source FROM (
  SELECT face_id, verdict, person_id, source,
         row_number() OVER (PARTITION BY face_id ORDER BY decisions.id DESC) AS age
  FROM decisions JOIN acts ON acts.id = act_id
  WHERE verdict IN ('is', 'unnamed') AND undone_by IS NULL
) WHERE age = 1;

CREATE VIEW named_faces AS     -- the faces that a human gave to somebody
SELECT face_id, person_id, source FROM last_words WHERE verdict = 'is';

CREATE VIEW cluster_people AS  -- the person a cluster was named as
SELECT cluster_id, person_id FROM (
  SELECT cluster_id, person_id,
         row_number() OVER (PARTITION BY cluster_id ORDER BY count(*) DESC, person_id) AS place
  FROM memberships JOIN named_faces USING (face_id)
  WHERE source = 'cluster' GROUP BY cluster_id, person_id
) WHERE place = 1;

CREATE VIEW listed_photos AS   -- photos that have a scanned file, with one path of each
SELECT photos.*, min(path_text) AS path_text
FROM photos JOIN files ON files.photo_id = photos.id
WHERE NOT reference GROUP BY photos.id;

CREATE VIEW face_people AS     -- whom each face belongs to, and how that is known
SELECT faces.id AS face_id, faces.photo_id, cluster_id, strength,
       CASE WHEN verdict = 'is' THEN last_words.person_id
            WHEN verdict = 'unnamed' AND source = 'face' THEN NULL
            ELSE cluster_people.person_id END AS person_id,
       CASE WHEN verdict = 'is' THEN 'named'
            WHEN verdict = 'unnamed' AND source = 'face' THEN NULL
            WHEN cluster_people.person_id IS NOT NULL THEN 'cluster' END AS how
FROM faces
LEFT JOIN memberships ON memberships.face_id = faces.id
LEFT JOIN last_words ON last_words.face_id = faces.id
LEFT JOIN cluster_people USING (cluster_id);

CREATE VIEW photos_of_person AS  -- for browsing: every photo of every named person
SELECT people.name AS person, path_text, taken_at, how, face_id, listed_photos.id AS photo_id
FROM face_people JOIN people ON people.id = person_id
JOIN listed_photos ON listed_photos.id = photo_id;

CREATE VIEW cluster_summary AS   -- for browsing: every cluster, as `photoclust clusters` shows it
SELECT cluster_id AS cluster, people.name AS person, count(*) AS faces,
       count(DISTINCT face_people.photo_id) AS photos,
       min(taken_at) AS first, max(taken_at) AS last, avg(strength) AS strength
FROM face_people JOIN listed_photos ON listed_photos.id = face_people.photo_id
LEFT JOIN cluster_people USING (cluster_id)
LEFT JOIN people ON people.id = cluster_people.person_id
WHERE cluster_id IS NOT NULL GROUP BY cluster_id;
"""


@migrations()
def m001_initial_schema(db: Database) -> None:
    db.executescript(INITIAL_SCHEMA)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")


# Nothing refers to `decisions` but views, so it may be renamed and made anew under its own name.
STATEMENTS = """
DROP VIEW cluster_summary;
DROP VIEW photos_of_person;
DROP VIEW face_people;
DROP VIEW cluster_people;
DROP VIEW named_faces;
DROP VIEW last_words;
DROP INDEX decisions_face;
DROP INDEX decisions_person;
ALTER TABLE decisions RENAME TO decisions_1;

CREATE TABLE decisions (       -- what an act said; append-only, no clustering touches it
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  act_id INTEGER NOT NULL REFERENCES acts,
  verdict TEXT NOT NULL CHECK (verdict IN
    ('is', 'is_not', 'unnamed', 'same', 'not_same', 'not_face', 'stranger', 'hidden',
     'may_repeat',                         -- the photo (a collage, a mirror) shows somebody twice
     'born')),                             -- the person was born that day
  face_id INTEGER REFERENCES faces,        -- null of may_repeat and born
  other_face_id INTEGER REFERENCES faces,  -- of same and not_same
  person_id INTEGER REFERENCES people,     -- of is, is_not and born
  photo_id INTEGER REFERENCES photos,      -- of may_repeat
  day TEXT CHECK (day IS date(day, '+0 days')),  -- of born: ISO 8601
  source TEXT NOT NULL CHECK (source IN ('cluster', 'face', 'photo', 'person')),  -- pointed at
  CHECK ((verdict IN ('may_repeat', 'born')) = (face_id IS NULL)),
  CHECK ((verdict IN ('same', 'not_same')) = (other_face_id IS NOT NULL)),
  CHECK (face_id <> other_face_id),
  CHECK ((verdict IN ('is', 'is_not', 'born')) = (person_id IS NOT NULL)),
  CHECK ((verdict = 'may_repeat') = (photo_id IS NOT NULL)),
  CHECK ((verdict = 'born') = (day IS NOT NULL)),
  CHECK ((verdict = 'may_repeat') = (source = 'photo')),
  CHECK ((verdict = 'born') = (source = 'person'))
) STRICT;
INSERT INTO decisions (id, act_id, verdict, face_id, other_face_id, person_id, source)
SELECT id, act_id, verdict, face_id, other_face_id, person_id, source FROM decisions_1 ORDER BY id;
DROP TABLE decisions_1;
CREATE INDEX decisions_face ON decisions (face_id);
CREATE INDEX decisions_person ON decisions (person_id);
CREATE INDEX denied ON decisions (face_id, person_id) WHERE verdict = 'is_not';

CREATE VIEW standing_decisions AS  -- those whose act was not taken back
SELECT decisions.* FROM decisions JOIN acts ON acts.id = act_id WHERE undone_by IS NULL;

CREATE VIEW denials AS         -- faces that a human said are not this person
SELECT DISTINCT face_id, person_id FROM standing_decisions AS denial
WHERE verdict = 'is_not' AND NOT EXISTS (
  SELECT 1 FROM standing_decisions AS later
  WHERE later.face_id = denial.face_id AND +later.person_id = denial.person_id
    AND later.verdict = 'is' AND later.source = 'face' AND later.id > denial.id
);

CREATE VIEW last_words AS      -- the last word of a human on whose face it is
SELECT face_id,
       CASE WHEN (face_id, person_id) IN (SELECT face_id, person_id FROM denials)
            THEN 'is_not' ELSE verdict END AS verdict,
       person_id, source FROM (
  SELECT face_id, verdict, person_id, source,
         row_number() OVER (PARTITION BY face_id ORDER BY id DESC) AS age
  FROM standing_decisions WHERE verdict IN ('is', 'unnamed')
) WHERE age = 1;

CREATE VIEW named_faces AS     -- the faces that a human gave to somebody
SELECT face_id, person_id, source FROM last_words WHERE verdict = 'is';

CREATE VIEW links AS           -- pairs of faces, the lower number first, and the last word on them
SELECT face_id, other_face_id, verdict FROM (
  SELECT min(face_id, other_face_id) AS face_id, max(face_id, other_face_id) AS other_face_id,
         verdict, row_number() OVER (
           PARTITION BY min(face_id, other_face_id), max(face_id, other_face_id) ORDER BY id DESC
         ) AS age
  FROM standing_decisions WHERE verdict IN ('same', 'not_same')
) WHERE age = 1;

CREATE VIEW allowed_photos AS  -- photos that may show one person twice
SELECT DISTINCT photo_id FROM standing_decisions WHERE verdict = 'may_repeat';

CREATE VIEW people_born AS     -- the day a person was born
SELECT person_id, day FROM (
  SELECT person_id, day, row_number() OVER (PARTITION BY person_id ORDER BY id DESC) AS age
  FROM standing_decisions WHERE verdict = 'born'
) WHERE age = 1;

CREATE VIEW cluster_people AS  -- the person a cluster was named as
SELECT cluster_id, person_id FROM (
  SELECT cluster_id, person_id,
         row_number() OVER (PARTITION BY cluster_id ORDER BY count(*) DESC, person_id) AS place
  FROM memberships JOIN named_faces USING (face_id)
  WHERE source = 'cluster' GROUP BY cluster_id, person_id
) WHERE place = 1;

CREATE VIEW face_people AS     -- whom each face belongs to, and how that is known
SELECT faces.id AS face_id, faces.photo_id, memberships.cluster_id, strength,
       CASE WHEN verdict = 'is' THEN last_words.person_id
            WHEN verdict = 'unnamed' AND source = 'face' THEN NULL
            WHEN denials.face_id IS NULL THEN cluster_people.person_id END AS person_id,
       CASE WHEN verdict = 'is' THEN 'named'
            WHEN verdict = 'unnamed' AND source = 'face' THEN NULL
            WHEN denials.face_id IS NULL AND cluster_people.person_id IS NOT NULL THEN 'cluster'
       END AS how
FROM faces
LEFT JOIN memberships ON memberships.face_id = faces.id
LEFT JOIN last_words ON last_words.face_id = faces.id
LEFT JOIN cluster_people ON cluster_people.cluster_id = memberships.cluster_id
LEFT JOIN denials ON denials.face_id = faces.id AND denials.person_id = cluster_people.person_id;

CREATE VIEW photos_of_person AS  -- for browsing: every photo of every named person
SELECT people.name AS person, path_text, taken_at, how, face_id, listed_photos.id AS photo_id
FROM face_people JOIN people ON people.id = person_id
JOIN listed_photos ON listed_photos.id = photo_id;

CREATE VIEW cluster_summary AS   -- for browsing: every cluster, as `photoclust clusters` shows it
SELECT cluster_id AS cluster, people.name AS person, count(*) AS faces,
       count(DISTINCT face_people.photo_id) AS photos,
       min(taken_at) AS first, max(taken_at) AS last, avg(strength) AS strength
FROM face_people JOIN listed_photos ON listed_photos.id = face_people.photo_id
LEFT JOIN cluster_people USING (cluster_id)
LEFT JOIN people ON people.id = cluster_people.person_id
WHERE cluster_id IS NOT NULL GROUP BY cluster_id;
"""


@migrations()
def m002_statements(db: Database) -> None:
    """Decisions may speak of two faces, of a photo and of a person too."""
    db.executescript(STATEMENTS)
    db.execute("PRAGMA user_version = 2")


CLUSTERINGS = """
CREATE TABLE clusterings (     -- when the clusters were made or extended
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pack_id INTEGER NOT NULL REFERENCES packs,
  made_at TEXT NOT NULL,                   -- ISO 8601, UTC
  whole INTEGER NOT NULL CHECK (whole IN (0, 1)),  -- 1: from nothing; 0: new faces were added
  last_face INTEGER NOT NULL,              -- faces with higher numbers were not looked at
  faces INTEGER NOT NULL, clustered INTEGER NOT NULL
) STRICT;
INSERT INTO clusterings (pack_id, made_at, whole, last_face, faces, clustered)
SELECT pack_id, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), 1, max(faces.id), count(*),
       count(memberships.face_id)
FROM faces LEFT JOIN memberships ON memberships.face_id = faces.id
GROUP BY pack_id HAVING count(memberships.face_id) > 0;
"""

# What the first version measured, by its (match, link), and by how the packs cluster since.
FIRST_THRESHOLDS = {
    (0.948, 0.92): {"split": 0.93, "join": 0.934, "typical": 0.912, "reference": 0.929},
    (0.44, 0.38): {"split": 0.38, "join": 0.40, "typical": 0.216, "reference": 0.32, "link": 0.42},
    (0.48, 0.48): {"split": 0.38, "join": 0.40, "typical": 0.216, "reference": None, "link": 0.42},
}


@migrations()
def m003_clusterings(db: Database) -> None:
    """Clusterings are remembered, and packs have thresholds for each of their steps."""
    db.executescript(CLUSTERINGS)
    for pack_id, text in db.execute("SELECT id, settings FROM packs").fetchall():
        settings = json.loads(text)
        thresholds = settings.setdefault("thresholds", {})
        first = (thresholds.get("match"), thresholds.get("link"))
        thresholds |= FIRST_THRESHOLDS.get(first, {})
        db.execute("UPDATE packs SET settings = ? WHERE id = ?", [json.dumps(settings), pack_id])
    db.execute("PRAGMA user_version = 3")


# ALTER TABLE writes a column right behind the last one, before the comment of that line.
SCANNING = """
ALTER TABLE photos ADD COLUMN
  camera TEXT /* make and model */;
ALTER TABLE photos ADD COLUMN
  seconds REAL /* of a video: how long it is; null of a photo */;
ALTER TABLE faces ADD COLUMN
  at_seconds REAL /* in a video: when the face was seen at its best */;
ALTER TABLE scans ADD COLUMN
  detail TEXT NOT NULL DEFAULT 'normal' CHECK (detail IN ('low', 'normal', 'high'));

CREATE TABLE roots (           -- a folder or file that `scan` was given
  path BLOB PRIMARY KEY,                   -- os.fsencode of the absolute path
  path_text TEXT NOT NULL,                 -- the same for people
  scanned_at TEXT NOT NULL                 -- ISO 8601, UTC: when a scan of it last came to its end
) STRICT;

DROP VIEW allowed_photos;
CREATE VIEW allowed_photos AS  -- those that may show one person twice: by a human's word, or videos
SELECT photo_id FROM standing_decisions WHERE verdict = 'may_repeat'
UNION SELECT id FROM photos WHERE seconds IS NOT NULL;
"""


@migrations()
def m004_scanning(db: Database) -> None:
    """Cameras, videos, how closely a photo was looked at, and which folders were scanned."""
    db.executescript(SCANNING)
    db.execute("PRAGMA user_version = 4")


# Triggers hold the journal to what it says of itself; `forget` and `purge` alone lift them.
APPEND_ONLY = "".join(
    f"""
CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
    for table in ("acts", "decisions", "reversals")
    for verb in ("UPDATE", "DELETE")
)

JOURNAL = """
DROP VIEW cluster_summary;
DROP VIEW photos_of_person;
DROP VIEW face_people;
DROP VIEW cluster_people;
DROP VIEW people_born;
DROP VIEW allowed_photos;
DROP VIEW links;
DROP VIEW named_faces;
DROP VIEW last_words;
DROP VIEW denials;
DROP VIEW standing_decisions;

CREATE TABLE acts_5 (          -- one thing a human did; append-only
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  made_at TEXT NOT NULL,                   -- ISO 8601, UTC
  made_by TEXT NOT NULL,                   -- the account it was done from
  what TEXT NOT NULL                       -- in words
) STRICT;
INSERT INTO acts_5 SELECT id, made_at, made_by, what FROM acts ORDER BY id;

CREATE TABLE reversals (       -- acts that took others back, or had them count again; append-only
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  act_id INTEGER NOT NULL REFERENCES acts,   -- the `undo` or `redo`
  target_id INTEGER NOT NULL REFERENCES acts,
  undone INTEGER NOT NULL CHECK (undone IN (0, 1))  -- 1: the target counts no more; 0: again
) STRICT;
INSERT INTO reversals (act_id, target_id, undone)
SELECT undone_by, id, 1 FROM acts WHERE undone_by IS NOT NULL ORDER BY undone_by, id;
CREATE INDEX reversals_target ON reversals (target_id);
CREATE INDEX reversals_act ON reversals (act_id);

CREATE TABLE identities (      -- somebody a human named; what is known of them: `people`
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL
) STRICT;
INSERT INTO identities SELECT id, created_at FROM people ORDER BY id;

CREATE TABLE decisions_5 (     -- what an act said; append-only, no clustering touches it
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  act_id INTEGER NOT NULL REFERENCES acts,
  verdict TEXT NOT NULL CHECK (verdict IN
    ('is', 'is_not', 'unnamed', 'same', 'not_same',
     'not_face', 'stranger', 'hidden',     -- the three kinds of being ignored
     'added',                              -- the face was marked by hand
     'may_repeat', 'may_not_repeat',       -- the photo (a collage, a mirror) shows somebody twice
     'called', 'aliases', 'born', 'noted', -- of the person; the last word counts
     'gone')),                             -- the person was deleted, or is one with another
  face_id INTEGER REFERENCES faces,
  other_face_id INTEGER REFERENCES faces,  -- of same and not_same
  person_id INTEGER REFERENCES identities, -- of is, is_not and what is said of a person
  photo_id INTEGER REFERENCES photos,      -- of may_repeat and may_not_repeat
  day TEXT CHECK (day IS date(day, '+0 days')),  -- of born: ISO 8601
  text TEXT,                               -- of called and noted; of aliases a JSON list
  source TEXT NOT NULL CHECK (source IN ('cluster', 'face', 'photo', 'person')),  -- pointed at
  copy_of INTEGER REFERENCES decisions,    -- the same word, of the face as another pack shows it,
                                           -- or another version of its file
  CHECK ((face_id IS NOT NULL) = (verdict IN ('is', 'is_not', 'unnamed', 'same', 'not_same',
                                              'not_face', 'stranger', 'hidden', 'added'))),
  CHECK ((verdict IN ('same', 'not_same')) = (other_face_id IS NOT NULL)),
  CHECK (face_id <> other_face_id),
  CHECK ((person_id IS NOT NULL) = (source = 'person' OR verdict IN ('is', 'is_not'))),
  CHECK ((verdict IN ('may_repeat', 'may_not_repeat')) = (photo_id IS NOT NULL)),
  CHECK ((verdict = 'born') = (day IS NOT NULL)),
  CHECK ((verdict IN ('called', 'aliases', 'noted')) = (text IS NOT NULL)),
  CHECK ((verdict IN ('may_repeat', 'may_not_repeat')) = (source = 'photo')),
  CHECK ((verdict IN ('called', 'aliases', 'born', 'noted', 'gone')) = (source = 'person'))
) STRICT;
INSERT INTO decisions_5 (id, act_id, verdict, face_id, other_face_id, person_id, photo_id, day,
                         source)
SELECT id, act_id, verdict, face_id, other_face_id, person_id, photo_id, day, source
FROM decisions ORDER BY id;
INSERT INTO acts_5 (made_at, made_by, what)
SELECT created_at, 'unknown', 'name ' || name FROM people
WHERE id NOT IN (SELECT person_id FROM decisions WHERE person_id IS NOT NULL);
INSERT INTO decisions_5 (act_id, verdict, person_id, text, source)
SELECT coalesce((SELECT min(act_id) FROM decisions WHERE person_id = people.id),
                (SELECT max(id) FROM acts_5 WHERE what = 'name ' || name)),
       'called', id, name, 'person'
FROM people ORDER BY id;

DROP TABLE decisions;
DROP TABLE people;
DROP TABLE acts;
ALTER TABLE acts_5 RENAME TO acts;
ALTER TABLE decisions_5 RENAME TO decisions;
CREATE INDEX decisions_face ON decisions (face_id);
CREATE INDEX decisions_person ON decisions (person_id);
CREATE INDEX decisions_other ON decisions (other_face_id) WHERE other_face_id IS NOT NULL;
CREATE INDEX decisions_photo ON decisions (photo_id) WHERE photo_id IS NOT NULL;
CREATE INDEX decisions_copy ON decisions (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX denied ON decisions (face_id, person_id) WHERE verdict = 'is_not';
CREATE INDEX said_of_people ON decisions (person_id, verdict) WHERE source = 'person';

CREATE TABLE moves (           -- what an act did to clusters at once, so that `undo` puts it back
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  act_id INTEGER NOT NULL REFERENCES acts,
  face_id INTEGER NOT NULL REFERENCES faces ON DELETE CASCADE,
  before_cluster INTEGER, before_strength REAL,  -- null: it was in none
  after_cluster INTEGER, after_strength REAL
) STRICT;
CREATE INDEX moves_act ON moves (act_id);
CREATE INDEX moves_face ON moves (face_id);

CREATE TABLE forgotten (       -- only by `forget --never-again`: faces that scans leave out
  id INTEGER PRIMARY KEY,
  who INTEGER NOT NULL,                    -- tells such people apart; no name is kept
  pack_id INTEGER NOT NULL REFERENCES packs,
  vector BLOB NOT NULL
) STRICT;

ALTER TABLE faces ADD COLUMN
  by_hand INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1)) /* 1: marked by `add-face` */;

CREATE VIEW undone_acts AS     -- acts that count no more
SELECT target_id AS act_id FROM (
  SELECT target_id, undone,
         row_number() OVER (PARTITION BY target_id ORDER BY id DESC) AS age FROM reversals
) WHERE age = 1 AND undone;

CREATE VIEW standing_decisions AS  -- those whose act was not taken back
SELECT * FROM decisions WHERE act_id NOT IN (SELECT act_id FROM undone_acts);

CREATE VIEW gone_people AS     -- who is no person any more, and whom they are one with, if anybody
WITH RECURSIVE said AS MATERIALIZED (
  SELECT person_id, verdict, act_id, id FROM standing_decisions
  WHERE source = 'person' AND verdict IN ('called', 'aliases', 'gone')
), gone AS MATERIALIZED (
  SELECT person_id, act_id FROM (
    SELECT person_id, act_id, verdict,
           row_number() OVER (PARTITION BY person_id ORDER BY id DESC) AS age
    FROM said WHERE verdict <> 'aliases'
  ) WHERE age = 1 AND verdict = 'gone'
), merged AS MATERIALIZED (     -- the act that merged them gave the other one their names
  SELECT gone.person_id, said.person_id AS kept_id
  FROM gone JOIN said USING (act_id) WHERE verdict = 'aliases'
), one_with(person_id, kept_id) AS (
  SELECT person_id, kept_id FROM merged
  UNION SELECT one_with.person_id, merged.kept_id
  FROM one_with JOIN merged ON merged.person_id = one_with.kept_id
)
SELECT person_id, (SELECT kept_id FROM one_with WHERE one_with.person_id = gone.person_id
                   AND kept_id NOT IN (SELECT person_id FROM gone)) AS kept_id
FROM gone;

CREATE VIEW people AS          -- somebody a human named; aliases are a JSON list
WITH said AS MATERIALIZED (
  SELECT person_id, verdict, text, day, id FROM standing_decisions WHERE source = 'person'
), known AS MATERIALIZED (
  SELECT identities.id,
         coalesce((SELECT text FROM said WHERE person_id = identities.id
                   AND verdict = 'called' ORDER BY said.id DESC LIMIT 1),
                  (SELECT text FROM decisions WHERE person_id = identities.id
                   AND source = 'person' AND verdict = 'called' ORDER BY id LIMIT 1)) AS name,
         (SELECT day FROM said WHERE person_id = identities.id
          AND verdict = 'born' ORDER BY said.id DESC LIMIT 1) AS born,
         coalesce((SELECT text FROM said WHERE person_id = identities.id
                   AND verdict = 'aliases' ORDER BY said.id DESC LIMIT 1), '[]') AS aliases,
         coalesce((SELECT text FROM said WHERE person_id = identities.id
                   AND verdict = 'noted' ORDER BY said.id DESC LIMIT 1), '') AS note,
         created_at
  FROM identities
  WHERE identities.id NOT IN (SELECT person_id FROM gone_people)
  AND EXISTS (SELECT 1 FROM standing_decisions WHERE person_id = identities.id)
)
SELECT * FROM known;

CREATE VIEW face_words AS      -- what was said of whose a face is; of somebody who is gone it is
                               -- said of whom they are one with, or (null) of nobody
SELECT id, act_id, face_id, verdict, source,
       iif(gone_people.person_id IS NULL, said.person_id, kept_id) AS person_id
FROM standing_decisions AS said LEFT JOIN gone_people ON gone_people.person_id = said.person_id
WHERE verdict IN ('is', 'is_not', 'unnamed', 'not_face', 'stranger', 'hidden');

CREATE VIEW denials AS         -- faces that a human said are not this person
SELECT DISTINCT face_id, person_id FROM face_words AS denial
WHERE verdict = 'is_not' AND person_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM face_words AS later
  WHERE later.face_id = denial.face_id AND +later.person_id = denial.person_id
    AND later.verdict = 'is' AND later.source = 'face'
    AND (later.act_id, later.id) > (denial.act_id, denial.id)
);

CREATE VIEW last_words AS      -- the last word of a human on whose face it is; a copy has the age
                               -- of its act
SELECT face_id,
       CASE WHEN (face_id, person_id) IN (SELECT face_id, person_id FROM denials) THEN 'is_not'
            WHEN verdict = 'is' AND person_id IS NULL THEN 'unnamed' ELSE verdict END AS verdict,
       person_id, source
FROM face_words AS said
WHERE verdict <> 'is_not' AND NOT EXISTS (
  SELECT 1 FROM face_words AS later
  WHERE later.face_id = said.face_id AND later.verdict <> 'is_not'
    AND (later.act_id, later.id) > (said.act_id, said.id)
);

CREATE VIEW named_faces AS     -- the faces that a human gave to somebody
SELECT face_id, person_id, source FROM last_words WHERE verdict = 'is';

CREATE VIEW left_out AS        -- what is no face by a human's word, and what is one no more
SELECT face_id FROM last_words WHERE verdict = 'not_face'
UNION ALL SELECT id FROM faces WHERE by_hand
  AND id NOT IN (SELECT face_id FROM standing_decisions WHERE verdict = 'added');

CREATE VIEW links AS           -- pairs of faces, the lower number first, and the last word on them
SELECT face_id, other_face_id, verdict, act_id FROM (
  SELECT min(face_id, other_face_id) AS face_id, max(face_id, other_face_id) AS other_face_id,
         verdict, act_id, row_number() OVER (
           PARTITION BY min(face_id, other_face_id), max(face_id, other_face_id)
           ORDER BY act_id DESC, id DESC) AS age
  FROM standing_decisions WHERE verdict IN ('same', 'not_same')
) WHERE age = 1;

CREATE VIEW photo_words AS     -- the last word of a human: may a photo show one person twice?
SELECT photo_id, verdict FROM (
  SELECT photo_id, verdict,
         row_number() OVER (PARTITION BY photo_id ORDER BY act_id DESC, id DESC) AS age
  FROM standing_decisions WHERE photo_id IS NOT NULL
) WHERE age = 1;

CREATE VIEW allowed_photos AS  -- those that may show one person twice: by a human's word, or videos
SELECT photo_id FROM photo_words WHERE verdict = 'may_repeat'
UNION SELECT id FROM photos WHERE seconds IS NOT NULL;

CREATE VIEW cluster_words AS   -- what most faces of a cluster were said to be with it
SELECT cluster_id, verdict, person_id FROM (
  SELECT cluster_id, verdict, person_id, row_number() OVER (
           PARTITION BY cluster_id ORDER BY count(*) DESC, verdict, person_id) AS place
  FROM memberships JOIN last_words USING (face_id)
  WHERE source = 'cluster' AND verdict IN ('is', 'stranger', 'hidden')
  GROUP BY cluster_id, verdict, person_id
) WHERE place = 1;

CREATE VIEW cluster_people AS  -- the person a cluster was named as
SELECT cluster_id, person_id FROM cluster_words WHERE verdict = 'is';

CREATE VIEW face_people AS     -- whom the faces of the pack in use belong to, how that is known
WITH words AS MATERIALIZED (SELECT * FROM last_words)
SELECT faces.id AS face_id, faces.photo_id, memberships.cluster_id, strength,
       CASE WHEN words.verdict = 'is' THEN words.person_id
            WHEN words.verdict IN ('stranger', 'hidden')
              OR words.verdict = 'unnamed' AND source = 'face' THEN NULL
            WHEN denials.face_id IS NULL THEN cluster_words.person_id END AS person_id,
       CASE WHEN words.verdict = 'is' THEN 'named'
            WHEN words.verdict IN ('stranger', 'hidden')
              OR words.verdict = 'unnamed' AND source = 'face' THEN NULL
            WHEN denials.face_id IS NULL AND cluster_words.person_id IS NOT NULL THEN 'cluster'
       END AS how,
       CASE WHEN words.verdict IN ('stranger', 'hidden') THEN words.verdict
            WHEN words.verdict = 'is'
              OR words.verdict = 'unnamed' AND source = 'face' THEN NULL
            WHEN cluster_words.verdict <> 'is' THEN cluster_words.verdict END AS ignored
FROM faces
JOIN packs ON packs.id = faces.pack_id AND in_use
LEFT JOIN memberships ON memberships.face_id = faces.id
LEFT JOIN words ON words.face_id = faces.id
LEFT JOIN cluster_words ON cluster_words.cluster_id = memberships.cluster_id
LEFT JOIN denials ON denials.face_id = faces.id AND denials.person_id = cluster_words.person_id
WHERE faces.id NOT IN (SELECT face_id FROM left_out);

CREATE VIEW photos_of_person AS  -- for browsing: every photo of every named person
SELECT people.name AS person, path_text, taken_at, how, face_id, listed_photos.id AS photo_id
FROM face_people JOIN people ON people.id = person_id
JOIN listed_photos ON listed_photos.id = photo_id;

CREATE VIEW cluster_summary AS   -- for browsing: every cluster, as `photoclust clusters` shows it
SELECT face_people.cluster_id AS cluster, people.name AS person, count(*) AS faces,
       count(DISTINCT face_people.photo_id) AS photos,
       min(taken_at) AS first, max(taken_at) AS last, avg(strength) AS strength,
       iif(cluster_words.verdict <> 'is', cluster_words.verdict, NULL) AS ignored
FROM face_people JOIN listed_photos ON listed_photos.id = face_people.photo_id
LEFT JOIN cluster_words USING (cluster_id)
LEFT JOIN people ON people.id = cluster_words.person_id
WHERE face_people.cluster_id IS NOT NULL GROUP BY face_people.cluster_id;
"""


@migrations()
def m005_journal(db: Database) -> None:
    """Acts can be taken back and done again, speak of people too, and are never overwritten."""
    db.executescript(JOURNAL + APPEND_ONLY)
    db.execute("PRAGMA user_version = 5")


PROJECTIONS = """
CREATE TABLE projections (     -- of a pack that `tune` made: what it adds to the pack below
  pack_id INTEGER PRIMARY KEY REFERENCES packs,
  base_id INTEGER NOT NULL REFERENCES packs,
  matrix BLOB NOT NULL                     -- little-endian float32, dim rows of dim
) STRICT;
"""


@migrations()
def m006_projections(db: Database) -> None:
    """Packs may be tuned to the library."""
    db.executescript(PROJECTIONS)
    db.execute("PRAGMA user_version = 6")
