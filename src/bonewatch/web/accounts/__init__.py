"""People, clinics, roles, consent, and the audit of who saw and wrote what."""
