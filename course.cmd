@echo off
rem course - finds the .NET SDK, builds the command where its sources have changed, then runs it. Like ./course on Linux.
setlocal
set "ROOT=%~dp0"
set "COMMAND_DLL=%ROOT%artifacts\bin\CourseCompanion.Cli\release\course.dll"
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1

rem On the PATH, or where installations without administrator's rights lie.
where dotnet >nul 2>nul
if not errorlevel 1 goto found
if defined DOTNET_ROOT if exist "%DOTNET_ROOT%\dotnet.exe" goto own
set "DOTNET_ROOT=%USERPROFILE%\.dotnet"
if exist "%DOTNET_ROOT%\dotnet.exe" goto own
set "DOTNET_ROOT=%LOCALAPPDATA%\Microsoft\dotnet"
if exist "%DOTNET_ROOT%\dotnet.exe" goto own
echo course: The .NET 10 SDK is not on this machine (or not on the PATH). 1>&2
goto need_sdk

:own
set "PATH=%DOTNET_ROOT%;%PATH%"

:found
dotnet --list-sdks | findstr /r "^[1-9][0-9][0-9]*\." >nul
if not errorlevel 1 goto build
echo course: The .NET SDK here is older than 10, or there is only a runtime. 1>&2

:need_sdk
echo   To get it:  winget install Microsoft.DotNet.SDK.10  or  https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
exit /b 1

rem MSBuild itself knows what has changed; where nothing has, this takes seconds. Standard output belongs to the command.
:build
if not exist "%COMMAND_DLL%" echo course: Restoring packages and building the command (a few minutes the first time)... 1>&2
dotnet build "%ROOT%lib\CourseCompanion.Cli" -c Release -v quiet -nologo -nodeReuse:false -p:UseSharedCompilation=false 1>&2
if errorlevel 1 exit /b 1

dotnet "%COMMAND_DLL%" %*
exit /b %ERRORLEVEL%
