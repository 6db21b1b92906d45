using System.CommandLine;
using System.Globalization;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Operations;

/// <summary><c>emrsim health</c>: asks the instance on this machine whether it is ready, for containers without a shell or curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    public static Command Create()
    {
        var command = new Command("health", "Asks the running instance on this machine whether it is ready. Exit code 0: ready, 1: not.");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var listen = ServerSettings.Read(new SettingsSource(DotEnv.Read())).Listen;
        var host = listen.Host is "0.0.0.0" or "*" or "+" or "[::]" or "::" ? "127.0.0.1" : listen.Host;
        using var http = new HttpClient { Timeout = s_patience };
        try
        {
            using var answer = await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{listen.Port}/health/ready")), cancellationToken);
            Console.WriteLine(answer.IsSuccessStatusCode ? "ready" : $"not ready: {(int)answer.StatusCode}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            Console.WriteLine("not ready: no answer");
            return 1;
        }
    }
}
