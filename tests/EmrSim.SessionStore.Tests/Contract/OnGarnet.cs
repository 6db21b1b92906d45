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
    private readonly string _folder = Directory.CreateTempSubdirectory("emrsim-garnet-").FullName;
    private GarnetServer? _server;
    private int _port;

    protected override string FirstTier => "redis";

    protected override ValueTask<SessionStoreOptions> OptionsAsync()
    {
        if (_server is null)
        {
            _port = Ports.Take();
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

        return new(new SessionStoreOptions { Server = StoreUrl.Parse($"redis://127.0.0.1:{_port}"), OperationTimeout = TimeSpan.FromSeconds(2), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } });
    }

    protected override ValueTask CloseAsync()
    {
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
