# Set up this repository: the tool environment in .venv, then one environment a member.
# Takes the options of tools/bootstrap.py (--help lists them) and those of `ws install`.

foreach ($python in $env:PYTHON, 'py', 'python', 'python3') {
    if (-not $python -or -not (Get-Command $python -ErrorAction SilentlyContinue)) { continue }
    & $python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>$null
    if ($LASTEXITCODE -eq 0) {
        & $python (Join-Path $PSScriptRoot 'tools/bootstrap.py') @args
        exit $LASTEXITCODE
    }
}
[Console]::Error.WriteLine('error: no Python 3.11 or later found. Install one, or name it: $env:PYTHON = "C:\path\to\python.exe"')
exit 2
