"""Rosters: from files of people to the inputs of users, all problems at once. Pure, but for `reading`.

It may import `core`. Start reading at `people`; `guarding` and `moves` judge who leaves:

    reading -> Table (headers, rows, lines)  -> people.judge -> Judged (people, problems, warnings)
    csv_text json_text yaml_text workbook       columns  cells  names  rules of the resource
    exports scim: what directories write        personas -> choosing: settings by the columns of a row

Contract:
- The rules are the resource's own (`connect_users.core.rules`); what is added here is about the file: headers,
  notations, names, duplicates, holders of security profiles, leavers.
- Order means nothing: shuffling the rows gives the same people, and so does moving them between the files of a roster.
- Whatever a file holds, reading it ends soon and in little memory: `connect_users.core.limits` says what is too much.
- Neither a password nor personal data is repeated in a message; a person is named by username and line.
"""
