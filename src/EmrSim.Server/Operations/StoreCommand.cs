using System.CommandLine;
using EmrSim.Server.Settings;
using EmrSim.Server.Storage;
using EmrSim.SessionStore;

namespace EmrSim.Server.Operations;

/// <summary><c>emrsim store migrate</c>: moves a running fleet to another session store's server.</summary>
internal static class StoreCommand
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Required = true, Description = "The address that the running instances use (their SESSION_STORE_URL)." };
        var to = new Option<string?>("--to") { Description = "The address that they are to use. What an earlier move left there is removed." };
        var abort = new Option<bool>("--abort") { Description = "Goes back to the old server alone; needs no --to." };
        var alone = new Option<bool>("--no-instances") { Description = "Moves although no running instance announces itself on the old server." };
        var migrate = new Command("migrate", "Moves a running fleet to another server without a pause. Safe to repeat. Exit code 0: done, 1: stopped.") { from, to, abort, alone };
        migrate.Validators.Add(given =>
        {
            if (given.GetValue(to) is null && !given.GetValue(abort)) given.AddError("--to is missing: the address that the instances are to use.");
        });
        migrate.SetAction((given, cancellationToken) => RunAsync(given.GetValue(from)!, given.GetValue(abort) ? null : given.GetValue(to), !given.GetValue(alone), cancellationToken));
        return new Command("store", "Works on the session store.") { migrate };
    }

    // Without a new address it is to go back.
    private static async Task<int> RunAsync(string from, string? to, bool needsInstances, CancellationToken cancellationToken)
    {
        foreach (var (option, address) in (ReadOnlySpan<(string, string?)>)[("--from", from), ("--to", to)])
        {
            if (address is null || StoreUrl.TryParse(address, out _, out var problem)) continue;
            await Console.Error.WriteLineAsync($"{option}: {problem}");
            return 1;
        }

        var source = new SettingsSource(DotEnv.Read());
        var settings = ServerSettings.Read(source);
        foreach (var problem in source.Problems) await Console.Error.WriteLineAsync(problem);
        if (source.Problems.Count > 0) return 1;
        try
        {
            // The same database as the instances', for the keys with which addresses are sealed.
            await using var app = Application.Build(settings);
            await app.Services.GetRequiredService<AppDatabase>().OpenAsync(cancellationToken);
            var options = app.Services.GetRequiredService<SessionStoreHost>().Options;
            var migration = new StoreMigration(options, TimeProvider.System, app.Services.GetRequiredService<ILoggerFactory>()) { NeedsInstances = needsInstances };
            if (to is null) return await migration.AbortAsync(from, Console.WriteLine, cancellationToken) ? 0 : 1;
            await migration.RunAsync(from, to, Console.WriteLine, cancellationToken);
            Console.WriteLine("Now set SESSION_STORE_URL to the new address and restart the instances one after the other; then the old server may go.");
            return 0;
        }
        catch (Exception problem) when (problem is MigrationStoppedException or StartRefusedException)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return 1;
        }
    }
}
