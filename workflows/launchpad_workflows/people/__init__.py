"""People of an instance: users of Open edX, made and removed inside the instance's own namespace.

No server and no administrator's credentials are involved, so this is no resource with a provider. A run is a pod like that of
the deployed LMS (`lms`), in which a script (`in_lms`) works on Open edX's own database.
"""
