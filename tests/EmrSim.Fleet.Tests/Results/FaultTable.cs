using System.Collections.Concurrent;
using EmrSim.Server.Tests;

namespace EmrSim.Fleet.Tests.Results;

/// <summary>
/// The rows of a whole run. The short form leaves them in artifacts/faults.md; the full form (EMRSIM_FAULTS=full) renews the table
/// in docs/faults.md.
/// </summary>
public sealed class FaultTable : IAsyncDisposable
{
    private const string Begin = "<!-- table -->";
    private const string End = "<!-- end of table -->";
    private static readonly ConcurrentQueue<FaultRow> s_rows = new();

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("EMRSIM_FAULTS") == "full";

    public static void Add(FaultRow row)
    {
        s_rows.Enqueue(row);
        TestContext.Current.TestOutputHelper?.WriteLine($"{row}");
    }

    public async ValueTask DisposeAsync()
    {
        if (s_rows.IsEmpty) return;
        var table = $"{FaultRow.Head}\n{string.Join('\n', s_rows.OrderBy(static row => row.Fleet).ThenBy(static row => row.Fault))}";
        var artifacts = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts"));
        await File.WriteAllTextAsync(Path.Combine(artifacts.FullName, "faults.md"), table + "\n");
        if (!IsFull) return;
        var page = Path.Combine(Repository.Root, "docs/faults.md");
        var text = await File.ReadAllTextAsync(page);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        await File.WriteAllTextAsync(page, $"{text[..from]}\n{table}\n{text[to..]}");
    }
}
