using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using EmrSim.Server.Tests;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.SessionStore.Tests.Package;

/// <summary>The store as a package: packed, put into the sample as any project would do it, built, and run.</summary>
public sealed class InAnotherProject : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private static readonly string s_configuration = AppContext.BaseDirectory.Contains("/release", StringComparison.OrdinalIgnoreCase) ? "Release" : "Debug";
    private readonly string _place = Directory.CreateTempSubdirectory("emrsim-package-").FullName;
    private readonly List<Process> _running = [];

    [Fact]
    public async Task Two_instances_share_what_they_keep_and_one_works_by_itself()
    {
        var version = string.Create(CultureInfo.InvariantCulture, $"0.0.0-test{Environment.ProcessId}");
        var feed = Path.Combine(_place, "feed");
        await RunAsync("pack", Path.Combine(Repository.Root, "src/EmrSim.SessionStore"), "--no-build", "-c", s_configuration, "-o", feed, $"-p:PackageVersion={version}");
        Assert.True(File.Exists(Path.Combine(feed, $"EmrSim.SessionStore.{version}.snupkg")));
        using (var package = await ZipFile.OpenReadAsync(Path.Combine(feed, $"EmrSim.SessionStore.{version}.nupkg"), Token))
        {
            string[] files = [.. package.Entries.Select(static entry => entry.FullName)];
            Assert.Superset(new HashSet<string> { "README.md", "lib/net10.0/EmrSim.SessionStore.dll", "lib/net10.0/EmrSim.SessionStore.xml" }, files.ToHashSet());
        }

        // A copy: the repository's own sample stays as it is.
        var sample = Path.Combine(_place, "SharedNotes");
        Directory.CreateDirectory(sample);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples/SharedNotes"))) File.Copy(file, Path.Combine(sample, Path.GetFileName(file)));
        var known = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        await RunAsync("build", sample, "-c", "Release", "-o", Path.Combine(_place, "built"), $"-p:EmrSimVersion={version}", $"-p:RestoreSources={feed}", $"-p:RestorePackagesPath={Path.Combine(_place, "packages")}", $"-p:RestoreFallbackFolders={known}");

        await using var redis = await RedisServer.StartAsync();
        using var one = Start(redis.Url);
        using var two = Start(redis.Url);
        await AnswersAsync(one);
        await AnswersAsync(two);
        Assert.Equal(HttpStatusCode.NoContent, (await one.PutAsync(new Uri("/notes/a", UriKind.Relative), new StringContent("shared"), Token)).StatusCode);
        Assert.Equal("shared", await two.GetStringAsync(new Uri("/notes/a", UriKind.Relative), Token));

        using var alone = Start("");
        await AnswersAsync(alone);
        Assert.Equal(HttpStatusCode.NoContent, (await alone.PutAsync(new Uri("/notes/a", UriKind.Relative), new StringContent("mine"), Token)).StatusCode);
        Assert.Equal("mine", await alone.GetStringAsync(new Uri("/notes/a", UriKind.Relative), Token));
        Assert.Equal(HttpStatusCode.NotFound, (await alone.GetAsync(new Uri("/notes/b", UriKind.Relative), Token)).StatusCode);
    }

    public void Dispose()
    {
        foreach (var process in _running)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_place, recursive: true);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task AnswersAsync(HttpClient http) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                return (await http.GetAsync(new Uri("/health", UriKind.Relative), Token)).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(30),
        static () => "The sample did not start.");

    private static async Task RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [.. arguments, "-v", "quiet", "-nodeReuse:false"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(s_patience);
        var told = process.StandardOutput.ReadToEndAsync(patience.Token);
        var complained = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, $"{await told}{await complained}");
    }

    private HttpClient Start(string url)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Take()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(_place, "built", "SharedNotes.dll"), "--urls", address]) { RedirectStandardOutput = true, WorkingDirectory = _place };
        start.Environment["SESSION_STORE_URL"] = url;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        _running.Add(process);
        return new() { BaseAddress = new(address) };
    }
}
