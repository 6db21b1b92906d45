using System.Collections.Concurrent;
using EmrSim.Server.Tests.Processes;
using Microsoft.Playwright;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>A real Chromium beside a real server.</summary>
public class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    private static readonly string[] s_arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required",
    ];

    private readonly ConcurrentQueue<string> _failures = new();
    private readonly List<IBrowserContext> _people = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _test;

    public ServerProcess Server { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program))
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", "Chromium is not installed: apt-get install chromium");
            Assert.Fail("Chromium is not installed.");
        }

        Server = await StartServerAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Headless = true, Args = [.. s_arguments, .. MoreArguments] });
    }

    /// <summary>A page of a person of their own: nothing is shared with other pages but the server.</summary>
    public async Task<IPage> OpenAsync(string path = "/", int? port = null, BrowserNewContextOptions? person = null)
    {
        var page = await (await PersonAsync(port, person)).NewPageAsync();
        await page.GotoAsync(path);
        return page;
    }

    public async Task<IBrowserContext> PersonAsync(int? port = null, BrowserNewContextOptions? person = null)
    {
        await LeaveThoseOfEarlierTestsAsync();
        person ??= new();
        person.BaseURL = $"http://127.0.0.1:{port ?? Server.Port}";
        var context = await _browser!.NewContextAsync(person);
        context.SetDefaultTimeout(60_000);
        Assertions.SetDefaultExpectTimeout(60_000);
        _people.Add(context);
        context.Console += (_, line) => Hear(line.Text);
        context.WebError += (_, problem) => _failures.Enqueue(problem.Error);
        return context;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (Server is not null) await Server.DisposeAsync();
        Assert.True(_failures.IsEmpty, $"A page failed: {string.Join('\n', _failures)}");
    }

    private void Hear(string line)
    {
        if (line.Contains("Content Security Policy", StringComparison.Ordinal)) _failures.Enqueue(line);
    }

    // Pages that nobody looks at any more would go on drawing and listening.
    private async Task LeaveThoseOfEarlierTestsAsync()
    {
        var test = TestContext.Current.Test?.UniqueID;
        if (test == _test) return;
        _test = test;
        foreach (var context in _people) await context.CloseAsync();
        _people.Clear();
    }

    protected virtual IEnumerable<string> MoreArguments => [];

    protected virtual Task<ServerProcess> StartServerAsync() => ServerProcess.StartAsync();
}
