using System.Globalization;
using System.Net;
using EmrSim.Fleet.Tests.Instances;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Fleet.Tests.Drills;

/// <summary>In the place of a service manager: each instance is stopped and started again by a command that the drill is given.</summary>
public sealed class RestartDoor : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly RunningFleet _fleet;
    private readonly (string Name, string Value)[] _settings;
    private readonly Task _serving;
    private readonly string _address;

    /// <param name="fleet">Whose instances are restarted.</param>
    /// <param name="settings">What is different from then on.</param>
    public RestartDoor(RunningFleet fleet, params (string Name, string Value)[] settings)
    {
        (_fleet, _settings) = (fleet, settings);
        _address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Take()}/");
        _listener.Prefixes.Add(_address);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>For each instance its URL and the command.</summary>
    public string[] Arguments => [.. _fleet.Instances.SelectMany(instance => (string[])[instance.Url.ToString().TrimEnd('/'), $"curl -fsS -m 60 {_address}{instance.Name}"])];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var asked = await _listener.GetContextAsync();
                var instance = _fleet.Instances.Single(one => asked.Request.Url!.AbsolutePath == $"/{one.Name}");
                await instance.StopAsync();
                await instance.StartAsync(_settings);
                asked.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The drill is over.
        }
    }
}
