"""Rosters: from files of people to the inputs of users, with all problems at once. Pure, except for `reading`.

It may import `core`. Start reading at `people`; `guarding` and `moves` judge who leaves:

    reading -> Table (headers, rows, lines)  -> people.judge -> JudgedRoster (people, problems, ...)
    csv_text json_text yaml_text workbook       columns  cells  names  rules of the resource
    exports scim: what directories write        personas -> choosing: settings by the columns of a row

Contract:
- The rules are the resource's own (`connect_users.core.rules`). This folder adds the rules of the file: headers,
  notations, names, duplicates, holders of security profiles, leavers.
- The order of rows and files does not matter: the people are the same.
- Reading any file takes little time and memory: `connect_users.core.limits` has the limits.
- Messages do not repeat passwords or personal data. They name a person by username and line.
"""
