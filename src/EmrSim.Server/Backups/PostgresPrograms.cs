using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace EmrSim.Server.Backups;

/// <summary>PostgreSQL's own programs: the oldest installed ones that are new enough for the server.</summary>
internal sealed partial class PostgresPrograms(string? directory)
{
    private static readonly string[] s_usual = ["/usr/lib/postgresql", "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"];

    /// <summary>Runs it and gives nothing; throws with what it said when it fails.</summary>
    public async Task RunAsync(string program, int serverMajor, NpgsqlConnectionStringBuilder database, CancellationToken cancellationToken, params string[] arguments)
    {
        var path = await FindAsync(program, serverMajor, cancellationToken);
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        // Of the process, not of its arguments, which every user of the machine can read.
        start.Environment["PGHOST"] = database.Host;
        start.Environment["PGPORT"] = database.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGDATABASE"] = database.Database;
        start.Environment["PGUSER"] = database.Username;
        start.Environment["PGPASSWORD"] = database.Password;
        start.Environment["PGSSLMODE"] = Mode(database.SslMode);
        if (database.RootCertificate is { Length: > 0 } authority) start.Environment["PGSSLROOTCERT"] = authority;
        start.Environment["PGAPPNAME"] = $"emrsim {program}";
        start.Environment["PGOPTIONS"] = "-c lock_timeout=30s";
        var (code, _, errors) = await RunAsync(start, cancellationToken);
        if (code != 0) throw new BackupRefusedException($"{program} failed: {errors.Trim().ReplaceLineEndings(" ")}");
    }

    /// <summary>Throws with what to install when there is none.</summary>
    public async Task<string> FindAsync(string program, int serverMajor, CancellationToken cancellationToken)
    {
        var found = new List<(string Path, int Major)>();
        foreach (var path in Places().Select(place => Path.Combine(place, program)).Where(File.Exists).Distinct(StringComparer.Ordinal))
        {
            var (code, output, _) = await RunAsync(new ProcessStartInfo(path, ["--version"]) { RedirectStandardError = true, RedirectStandardOutput = true }, cancellationToken);
            if (code == 0 && MajorVersion().Match(output) is { Success: true } version) found.Add((path, int.Parse(version.Groups[1].ValueSpan, CultureInfo.InvariantCulture)));
        }

        var remedy = $"Install the client programs of PostgreSQL {serverMajor} or newer (Debian: postgresql-client-{serverMajor}), or name their directory with POSTGRES_BIN.";
        if (found.Count == 0) throw new BackupRefusedException($"{program} is not installed{(directory is null ? "" : $" in {directory}")}. {remedy}");
        var fit = found.Where(one => one.Major >= serverMajor).OrderBy(static one => one.Major).ToList();
        return fit.Count > 0 ? fit[0].Path : throw new BackupRefusedException($"{program} is of version {found.Max(static one => one.Major)}, the server of version {serverMajor}. {remedy}");
    }

    private IEnumerable<string> Places()
    {
        if (directory is not null) return [directory];
        var packaged = Directory.Exists(s_usual[0]) ? Directory.EnumerateDirectories(s_usual[0]).Select(static version => Path.Combine(version, "bin")) : [];
        return [.. packaged, .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), .. s_usual[1..]];
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        return (process.ExitCode, await output, await errors);
    }

    private static string Mode(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    [GeneratedRegex(@"PostgreSQL\) (\d+)")]
    private static partial Regex MajorVersion();
}
