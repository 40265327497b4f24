"""The team's pages: worklist, patient, work-up board, dashboard, invitations."""
