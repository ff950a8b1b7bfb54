"""Scripts that run under the interpreter of the team's Poetry, where `ws` need not be installed.

They import the standard library and Poetry only.
"""
