"""The client of Amazon Connect: session, transport, pacing, and one method for each AWS operation.

The only place that imports boto3, and where AWS's errors become ours. It imports `core` (and starts the embedded
emulator, where a configuration asks for it). Start reading at `gateway`; `connection` goes from settings to a gateway.
"""
