@echo off
rem Starts the plugin with the Python of CONNECT_USERS_PYTHON, else of the launcher py, else on PATH.
if defined CONNECT_USERS_PYTHON goto named
where /q py
if not errorlevel 1 goto launcher
python -I "%~dp0start.py" %*
exit /b
:named
"%CONNECT_USERS_PYTHON%" -I "%~dp0start.py" %*
exit /b
:launcher
py -3 -I "%~dp0start.py" %*
exit /b
