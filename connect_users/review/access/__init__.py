"""Access reviews: who may do what in an instance, as one page that needs only a browser. Pure.

    sources -> Snapshot (people)  -> findings (flags, changes since another snapshot)  -> page (HTML)
    logins -> dormancy (who was online)       drift -> audit (findings with ids)  -> history (JSON for the next audit)
                                  acceptances -> audit

The page has usernames but no other personal data, and no secrets. Its parts `page.html`, `page.css` and `page.js`
become one file that loads nothing else. Its content security policy enforces that.
"""
