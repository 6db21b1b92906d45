using System.Globalization;
using EmrSim.Bench;
using EmrSim.Bench.Feed;
using EmrSim.Bench.Fleet;
using EmrSim.Bench.Server;
using EmrSim.Bench.Store;

var seconds = Array.IndexOf(args, "--seconds") is >= 0 and var at && at + 1 < args.Length ? double.Parse(args[at + 1], CultureInfo.InvariantCulture) : 5;
var findings = new Findings();
var only = args.FirstOrDefault(static arg => arg.StartsWith("only=", StringComparison.Ordinal))?[5..];
string[] whole = [];
switch (args.FirstOrDefault())
{
    case "store":
        whole = ["redis.", "memory."];
        await StoreBench.RunAsync(findings, args.Contains("--short"));
        break;
    case "server":
        if (only is null) whole = ["idle.", "relay.", "growth.", "loaded."];
        await ServerBench.RunAsync(findings, TimeSpan.FromSeconds(seconds), only);
        break;
    case "feed":
        whole = ["feed."];
        await FeedBench.RunAsync(findings, TimeSpan.FromSeconds(seconds));
        break;
    case "fleet":
        whole = ["fleet."];
        await FleetBench.RunAsync(findings, TimeSpan.FromSeconds(seconds));
        break;
    default:
        Console.Error.WriteLine("Usage: store | feed | server | fleet [--seconds N] [only=start|relay|health|voice|growth]   [--check] [--short: allocations of the store]");
        return 2;
}

return args.Contains("--check") ? findings.Compare(Path.Combine(Repository.Root, "bench/budgets.json"), onlyBytes: args.Contains("--short"), whole) : 0;
