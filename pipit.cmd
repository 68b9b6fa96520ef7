@echo off
rem Starts Pipit from a checkout on Windows: builds it on first use, then runs it. See the script "pipit" for the variables.
setlocal
set "JAR=%~dp0cli\target\pipit.jar"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"

for /f "tokens=3" %%v in ('^""%JAVA%" -XshowSettings:properties -version 2^>^&1 ^| findstr /c:"java.specification.version"^"') do set "FOUND=%%v"
if not defined FOUND goto :nojdk
if %FOUND% LSS 25 goto :nojdk

if exist "%JAR%" goto :start
if "%PIPIT_NO_BUILD%"=="1" (
  echo pipit: there is no %JAR%, and PIPIT_NO_BUILD=1 forbids to build it. 1>&2
  exit /b 1
)
where mvn >nul 2>&1
if errorlevel 1 (
  echo pipit: Pipit is built by Maven, and there is no mvn on PATH. Install it from https://maven.apache.org 1>&2
  exit /b 1
)
echo pipit: building for the first time, this takes a minute or two 1>&2
call mvn -B -f "%~dp0pom.xml" -pl cli -am -DskipTests -Dspotless.check.skip=true package 1>&2
if errorlevel 1 exit /b 1

:start
set "KIND=-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
set "FIRST=%~1"
if not defined FIRST set "FIRST=serve"
if "%FIRST%"=="serve" set "KIND=-XX:+UseParallelGC"
if "%FIRST%"=="bench" set "KIND=-XX:+UseParallelGC"
if "%FIRST:~0,2%"=="--" set "KIND=-XX:+UseParallelGC"
"%JAVA%" -XX:+UseCompactObjectHeaders %KIND% %PIPIT_JAVA_OPTS% -jar "%JAR%" %*
exit /b %errorlevel%

:nojdk
echo pipit: Pipit needs a JDK 25 or newer in JAVA_HOME or on PATH; found: %FOUND% 1>&2
echo        Install one, for example from https://adoptium.net, and set JAVA_HOME to it. 1>&2
exit /b 1
