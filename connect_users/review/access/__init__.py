"""Access reviews: who may do what in an instance, as one page that needs nothing but a browser. Pure.

    sources -> Snapshot (people)  -> findings (flags, changes since another snapshot)  -> page (HTML)
    logins -> dormancy (who was online)       drift -> audit (findings with ids)  -> history (JSON for the next audit)
                                  acceptances -> audit

The page holds no personal data but usernames, and no secrets. `page.html`, `page.css` and `page.js` are its parts; they
are put into one file that loads nothing from anywhere, which its content security policy holds it to.
"""
