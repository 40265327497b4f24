"""The patient's pages: check-in, result, diary, calendar, articles, visit summary."""
