# @ABOUT@
#
#     powershell -ExecutionPolicy Bypass -File THIS_FILE.ps1 [FOLDER]
#
# The files come into FOLDER, or into the folder where you are. What is there whole is not fetched again, and what broke
# off goes on where it was: run it again until it ends well. It ends with 0 if every file is there, else with 1 and a
# list of those that are missing; with 2 if it could not begin. It uses curl.exe, which Windows 10 and later have.
#
# You need a login of NASA's Earthdata (free, https://urs.earthdata.nasa.gov). This file holds none; give it either
#     in the variable EARTHDATA_TOKEN: a token, from "Generate Token" on that page; or
#     in the file _netrc or .netrc of your home folder, a line:
#     machine urs.earthdata.nasa.gov login YOURS password YOURS
# The token goes to the host of the links alone, if it is NASA's or this computer, or if EARTHDATA_HOSTS names it.
#
# XOPR_TRIES (5): tries of a file that does not get on. XOPR_PAUSE (5): seconds before the second of them, doubled each
# time. XOPR_STALL (60): seconds without a byte that are waited for.
param([string]$Folder = '.')

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$listed = @'
@LIST@
'@

function Get-Setting([string]$Name, [string]$Default) {
    $value = [Environment]::GetEnvironmentVariable($Name)
    if ($value) { $value } else { $Default }
}

$tries = [int](Get-Setting 'XOPR_TRIES' '5')
$firstPause = [double](Get-Setting 'XOPR_PAUSE' '5')
$stall = Get-Setting 'XOPR_STALL' '60'
$token = Get-Setting 'EARTHDATA_TOKEN' ''
$othersToo = (Get-Setting 'EARTHDATA_HOSTS' '') -split '\s+'
# No program that is started here needs it.
$env:EARTHDATA_TOKEN = $null

if ($token -and $token -notmatch '^[A-Za-z0-9._~+/=-]+$') {
    Write-Host 'EARTHDATA_TOKEN holds a space or another character that no token has.'
    exit 2
}
if (-not (Get-Command 'curl.exe' -ErrorAction SilentlyContinue)) {
    Write-Host 'curl.exe is not installed here.'
    exit 2
}
try {
    $Folder = (New-Item -ItemType Directory -Force -Path $Folder).FullName
    $private = Join-Path ([IO.Path]::GetTempPath()) ('xopr.' + [IO.Path]::GetRandomFileName())
    New-Item -ItemType Directory -Path $private | Out-Null
} catch {
    Write-Host $_.Exception.Message
    exit 2
}
$cookies = Join-Path $private 'cookies'
$headers = Join-Path $private 'head'
$answer = Join-Path $private 'answer'
$said = Join-Path $private 'said'
$netrcKept = Join-Path $private 'netrc'
$withToken = Join-Path $private 'with_token'
$without = Join-Path $private 'without'

# A "default" of .netrc would tell the password to whoever asks for one.
function Get-NetrcWithoutDefault([string]$Text) {
    $Text = $Text -replace '(?ms)^\s*macdef\b.*?(\r?\n\s*\r?\n|\z)', "`n"
    $kept = @()
    $keep = $false
    $isValue = $false
    foreach ($found in [regex]::Matches($Text, '"(?:[^"\\]|\\.)*"|\S+')) {
        $word = $found.Value
        if ($isValue) { $isValue = $false }
        elseif ($word -eq 'default') { $keep = $false }
        else {
            if ($word -eq 'machine') { $keep = $true }
            $isValue = $true
        }
        if ($keep) { $kept += $word }
    }
    $kept -join ' '
}

function Test-MayHaveToken([uri]$Link) {
    if ($othersToo -contains $Link.Host -or $othersToo -contains $Link.Authority) { return $true }
    if ($Link.IsLoopback) { return $true }
    $Link.Scheme -eq 'https' -and ($Link.Host -eq 'nasa.gov' -or $Link.Host.EndsWith('.nasa.gov'))
}

# One request; the settings hold the token only where the link itself leads, not where its host sends us on to.
function Invoke-Curl([uri]$Given, [uri]$Link, [string[]]$More) {
    $settings = $without
    if ($token -and $Given.Authority -eq $Link.Authority -and $Given.Scheme -eq $Link.Scheme) {
        if (Test-MayHaveToken $Link) { $settings = $withToken }
    }
    [IO.File]::WriteAllText($headers, '')
    $arguments = @(
        '--disable', '--globoff', '--silent', '--show-error', '--stderr', $said, '--config', $settings,
        '--user-agent', 'curl (xOPR Crossovers)', '--netrc-file', $netrcKept, '--netrc-optional',
        '--cookie', $cookies, '--cookie-jar', $cookies, '--dump-header', $headers,
        '--connect-timeout', $stall, '--speed-limit', '1', '--speed-time', $stall
    ) + $More + @('--url', $Link.AbsoluteUri)
    & curl.exe $arguments | Out-Null
    $code = $LASTEXITCODE
    $status = 0
    $fields = @{}
    foreach ($line in [IO.File]::ReadAllLines($headers)) {
        if ($line -match '^HTTP/\S+\s+(\d+)') {
            $status = [int]$Matches[1]
            $fields = @{}
        } elseif ($line -match '^([^:\s]+):\s*(.*)$') { $fields[$Matches[1].ToLower()] = $Matches[2].Trim() }
    }
    @{ Code = $code; Status = $status; Fields = $fields }
}

function Get-FirstBytes([string]$Path, [int]$Count) {
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return , [byte[]]@() }
    $stream = [IO.File]::OpenRead($Path)
    try {
        $bytes = New-Object byte[] $Count
        $kept = New-Object byte[] ($stream.Read($bytes, 0, $Count))
        [Array]::Copy($bytes, $kept, $kept.Length)
        return , $kept
    } finally { $stream.Dispose() }
}

function Get-Length([string]$Path) {
    if (Test-Path -LiteralPath $Path -PathType Leaf) { (Get-Item -LiteralPath $Path).Length } else { 0 }
}

function Test-Beginning([string]$Path, [string]$Name) {
    $first = [BitConverter]::ToString((Get-FirstBytes $Path 4))
    if ($Name -match '\.(h5|hdf5|he5)$') { return $first -eq '89-48-44-46' }
    -not $first.StartsWith('3C')
}

function Test-Whole([string]$Path, [string]$Name, [string]$Size) {
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return $false }
    (Test-Beginning $Path $Name) -and ($Size -eq '-' -or (Get-Length $Path) -eq [long]$Size)
}

function Get-WhyNot([uri]$Given, [uri]$Link, $Got, [string]$Name) {
    $here = $Link.Authority
    if ($Got.Status -eq 200 -or $Got.Status -eq 206) {
        # A host that knows no pieces was stopped before it sent the whole: that is looked at when it has come.
        if ($Got.Code -eq 63 -or (Test-Beginning $answer $Name)) { return '' }
        return "never|$here answered with a web page or something else instead of the file: check your login at " +
            'https://urs.earthdata.nasa.gov (log in there once with a browser), and whether a network login stands in between'
    }
    if ($Got.Status -eq 401) {
        if ($token) { return "stop|$here does not take the token in EARTHDATA_TOKEN: make a new one (Generate Token)" }
        return "stop|$here asks for a login, or does not take that of the netrc file; see the beginning of this script"
    }
    if ($Got.Status -eq 403) {
        $text = [Text.Encoding]::ASCII.GetString((Get-FirstBytes $answer 4096))
        if ($text -match '"resolution_url"\s*:\s*"([\x21-\x7e]+?)"') {
            return "never|its licence is not accepted yet: log in with a browser and accept it at $($Matches[1])"
        }
        if ($Given.Authority -ne $Link.Authority) { return "again|$here answered 403 (forbidden)" }
        return "never|$here answered 403 (forbidden)"
    }
    if ($Got.Status -eq 404 -or $Got.Status -eq 410) { return "never|$here no longer has it ($($Got.Status))" }
    if ($Got.Status -eq 0) { return "again|no answer from $here (curl ended with $($Got.Code))" }
    if ($Got.Status -eq 429 -or $Got.Status -ge 500) { return "again|$here answered $($Got.Status)" }
    "never|$here answered $($Got.Status)"
}

# Tries once to bring a file; what went wrong, after what to do: again, never, or stop with all. Nothing if it is there.
function Get-Once([string]$Size, [string]$Name, [uri]$Given) {
    $part = Join-Path $Folder "$Name.part"
    $link = $Given
    for ($hop = 0; ; $hop++) {
        [IO.File]::WriteAllText($answer, '')
        $got = Invoke-Curl $Given $link @('--range', '0-4095', '--max-filesize', '65536', '--output', $answer)
        if (@(301, 302, 303, 307, 308) -notcontains $got.Status -or $hop -ge 10) { break }
        $next = New-Object uri $link, $got.Fields['location']
        if ($next.Scheme -ne 'https' -and ($link.Scheme -eq 'https' -or $next.Scheme -ne 'http')) { break }
        $link = $next
    }
    $why = Get-WhyNot $Given $link $got $Name
    if ($why) { return $why }
    $total = -1
    if ($got.Status -eq 206 -and $got.Fields['content-range'] -match '/(\d+)$') { $total = [long]$Matches[1] }
    if ($got.Status -eq 200 -and $got.Fields['content-length'] -match '^\d+$') { $total = [long]$Matches[0] }
    $have = Get-Length $part
    if ($have -gt 0) {
        # What broke off goes on only if it is a piece of the same file, and if the host can begin in the middle.
        $known = Get-FirstBytes $answer 4096
        $mine = Get-FirstBytes $part $known.Length
        $same = [BitConverter]::ToString($known) -eq [BitConverter]::ToString($mine)
        if ($got.Status -ne 206 -or -not $same -or $have -gt $total) {
            Remove-Item -LiteralPath $part
            $have = 0
        }
    }
    if ($have -eq 0 -or $have -ne $total) {
        $got = Invoke-Curl $Given $link @('--fail', '--continue-at', '-', '--output', $part)
        $have = Get-Length $part
        if ($got.Status -ge 300 -and $got.Status -lt 400) { Remove-Item -LiteralPath $part -ErrorAction SilentlyContinue }
        if ($got.Status -ge 300) { return "again|$($link.Authority) answered $($got.Status)" }
        if (($total -ge 0 -and $have -ne $total) -or ($total -lt 0 -and $got.Code -ne 0)) {
            return "again|broke off after $have of $total bytes (curl ended with $($got.Code))"
        }
    }
    if (-not (Test-Whole $part $Name $Size)) {
        Remove-Item -LiteralPath $part
        return "never|$($link.Authority) has $have bytes that are not the whole file, which has $Size"
    }
    Move-Item -Force -LiteralPath $part -Destination (Join-Path $Folder $Name)
    ''
}

$missing = @()
$fetched = 0
$there = 0
$stopped = $false
try {
    foreach ($path in @($cookies, $netrcKept, $withToken, $without, $said)) { [IO.File]::WriteAllText($path, '') }
    if ($token) {
        [IO.File]::WriteAllText($withToken, "header = `"Authorization: Bearer $token`"")
    } else {
        foreach ($file in @('_netrc', '.netrc')) {
            $path = Join-Path ([Environment]::GetFolderPath('UserProfile')) $file
            if (Test-Path -LiteralPath $path -PathType Leaf) {
                [IO.File]::WriteAllText($netrcKept, (Get-NetrcWithoutDefault ([IO.File]::ReadAllText($path))))
                break
            }
        }
    }
    $rows = @($listed -split '\r?\n' | Where-Object { $_ })
    for ($n = 0; $n -lt $rows.Count; $n++) {
        $size, $name, $url = $rows[$n] -split ' '
        if (Test-Whole (Join-Path $Folder $name) $name $size) {
            $there++
            continue
        }
        if ($stopped) {
            $missing += "${name}: not tried"
            continue
        }
        Write-Host "[$($n + 1)/$($rows.Count)] $name"
        $failed = 0
        while ($true) {
            $before = Get-Length (Join-Path $Folder "$name.part")
            $verdict, $why = (Get-Once $size $name $url) -split '\|', 2
            if (-not $verdict) {
                $fetched++
                break
            }
            $failed++
            if ((Get-Length (Join-Path $Folder "$name.part")) -gt $before) { $failed = 0 }
            if ($verdict -ne 'again' -or $failed -ge $tries) {
                Write-Host "    $why"
                $missing += "${name}: $why"
                $stopped = $verdict -eq 'stop'
                break
            }
            $pause = $firstPause * [Math]::Pow(2, [Math]::Max(0, $failed - 1))
            Write-Host "    $why; again in $pause s"
            Start-Sleep -Milliseconds ([int](1000 * $pause))
        }
    }
    Write-Host "$($rows.Count) files: $fetched fetched, $there were there already."
} finally {
    Remove-Item -Recurse -Force -LiteralPath $private -ErrorAction SilentlyContinue
}
if ($missing.Count) {
    Write-Host "$($missing.Count) are missing:"
    $missing | ForEach-Object { Write-Host "    $_" }
    Write-Host 'Run this again to fetch them: what is there stays, and what broke off goes on.'
    exit 1
}
exit 0
