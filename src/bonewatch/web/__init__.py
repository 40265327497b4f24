"""The pages for people at home and for their care team (Django).

Accounts know who may see whom; the chart keeps what was said; the portal is the patient's, the
clinic the team's; jobs run what is due. Only this package and the command line read the clock.
"""
