using EmrSim.Server.Operations;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Doctor;

internal static class DatabaseCheck
{
    private const long Megabyte = 1024 * 1024;
    private const long Scarce = 1024 * Megabyte;
    private const long TooLittle = 64 * Megabyte;

    public static async Task LookAsync(ServerSettings settings, Findings found, CancellationToken cancellationToken)
    {
        try
        {
            if (settings.Storage.ConnectionUrl is { } address) await PostgresCheck.LookAsync(address, found, cancellationToken);
            else await SqliteCheck.LookAsync(settings.Storage.SqlitePath, found, cancellationToken);
        }
        catch (StartRefusedException problem)
        {
            found.Fail("reachable", problem.Message, "Mend DATABASE_URL; docs/configuration.md shows its form.");
        }
    }

    public static void JudgeSchema(int present, int newest, Findings found)
    {
        if (present > newest) found.Fail("migrations", $"schema {present} was written by a newer version; this program knows {newest}", "Start the newer version, or restore a backup of this version into an empty database.");
        else if (present < newest) found.Note("migrations", present == 0 ? "none applied yet; the first start does it" : $"schema {present} of {newest}; the next start brings it up to date", "Make a backup first: emrsim backup create");
        else found.Good("migrations", $"schema {present}, up to date");
    }

    public static void JudgeDisk(string path, long used, Findings found)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        var told = $"{Size(free)} free where {path} is";
        const string Next = "Make room, or move the data with DATA_DIR to a larger disk.";
        if (free < TooLittle) found.Fail("disk", told, Next);
        else if (free < Scarce || free < used) found.Warn("disk", told, Next);
        else found.Good("disk", told);
    }

    public static string Size(long bytes) => bytes switch
    {
        >= 1024 * Megabyte => $"{bytes / (1024.0 * Megabyte):0.0} GB",
        >= Megabyte => $"{bytes / (double)Megabyte:0.0} MB",
        _ => $"{bytes / 1024.0:0} kB",
    };
}
