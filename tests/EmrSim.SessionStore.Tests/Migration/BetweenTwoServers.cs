using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Migration;

/// <summary>An old server and a new one, and how a move between them is led.</summary>
public abstract class BetweenTwoServers : IAsyncLifetime
{
    protected const string WritesBoth = "Every instance writes";
    protected const string ReadsBoth = "Both servers must accept";
    protected static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected List<string> Told { get; } = [];

    protected RedisServer Old { get; private set; } = null!;

    protected RedisServer New { get; private set; } = null!;

    protected string NewUrl => $"redis://:n3w%3Ap%40ss@127.0.0.1:{New.Port}";

    public async ValueTask InitializeAsync()
    {
        Old = RedisServer.Prepare([]);
        New = RedisServer.Prepare(["--requirepass", "n3w:p@ss"], static options => options.Password = "n3w:p@ss");
        await Old.RunAsync();
        await New.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Old.DisposeAsync();
        await New.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static StoreMigration Migration(TimeProvider? time = null, bool needsInstances = true) =>
        new(new SessionStoreOptions(), time ?? TimeProvider.System, NullLoggerFactory.Instance) { NeedsInstances = needsInstances };

    protected Task MigrateAsync() => Migration().RunAsync(Old.Url, NewUrl, Told.Add, Token);

    protected Task<bool> AbortAsync() => Migration().AbortAsync(Old.Url, Told.Add, Token);

    /// <summary>Is stopped as soon as a line begins so.</summary>
    protected async Task MigrateUntilAsync(string line)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Migration().RunAsync(Old.Url, NewUrl, told => { if (told.StartsWith(line, StringComparison.Ordinal)) ending.Cancel(); }, ending.Token));
    }

    private protected Task<MovingFleet> FleetAsync(int count) => MovingFleet.StartAsync(count, Old.Url);

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static async Task<string?> TextAsync(ISessionStore store, string key) => await store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;
}
