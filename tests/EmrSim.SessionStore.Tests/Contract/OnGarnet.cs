using System.Net;
using EmrSim.Server.Tests.Processes;
using Garnet;
using Garnet.server;
using Microsoft.Extensions.Logging.Abstractions;
using Tsavorite.core;

namespace EmrSim.SessionStore.Tests.Contract;

/// <summary>Garnet speaks Redis's protocol; Lua has to be switched on.</summary>
public sealed class OnGarnet : StoreContract
{
    private OwnGarnet? _server;

    protected override string FirstTier => "redis";

    protected override ValueTask<SessionStoreOptions> OptionsAsync()
    {
        _server ??= new();
        return new(_server.Options);
    }

    protected override ValueTask CloseAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A Garnet in the tests' own process, that can be brought back empty.</summary>
internal sealed class OwnGarnet : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("emrsim-garnet-").FullName;
    private readonly int _port = Ports.Take();
    private GarnetServer? _server;

    public OwnGarnet() => Start();

    public SessionStoreOptions Options => new() { Server = StoreUrl.Parse($"redis://127.0.0.1:{_port}"), OperationTimeout = TimeSpan.FromSeconds(2), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } };

    public void Start()
    {
        _server = new GarnetServer(
            new GarnetServerOptions
            {
                EndPoints = [new IPEndPoint(IPAddress.Loopback, _port)],
                LogMemorySize = "64m",
                PageSize = "4m",
                SegmentSize = "16m",
                ObjectLogSegmentSize = "16m",
                IndexMemorySize = "4m",
                QuietMode = true,
                DeviceType = DeviceType.RandomAccess,
                EnableStorageTier = false,
                CheckpointDir = _folder,
                EnableLua = true,
                LuaOptions = new LuaOptions(LuaMemoryManagementMode.Native, "", Timeout.InfiniteTimeSpan, LuaLoggingMode.Enable, []),
            },
            NullLoggerFactory.Instance);
        _server.Start();
    }

    public void Stop()
    {
        _server?.Dispose();
        _server = null;
    }

    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }
}
