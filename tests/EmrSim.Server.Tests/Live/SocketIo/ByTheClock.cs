using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using EmrSim.Server.Live;
using EmrSim.Server.Live.SocketIo;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmrSim.Server.Tests.Live.SocketIo;

/// <summary>What a connection does when time passes, with a clock of the test's own.</summary>
public sealed class ByTheClock : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _clock = new();
    private readonly Place _place = new(null);
    private Beside _beside = null!;

    [Fact]
    public async Task Beats_by_polling_and_ends_when_nobody_answers()
    {
        using var connection = await ConnectedAsync(slowest: TimeSpan.FromSeconds(15));
        var living = connection.LiveAsync();
        for (var beat = 0; beat < 2; beat++)
        {
            Assert.Equal("2", await PassUntilAsync(PollAsync(connection)));
            await connection.ReceiveAsync(["3"]);
        }

        Assert.Equal("2", await PassUntilAsync(PollAsync(connection)));
        await PassUntilAsync(living);
        Assert.Equal("The heartbeat was not answered.", connection.Goodbye);
    }

    [Fact]
    public async Task Ends_a_connection_on_which_nothing_was_connected()
    {
        using var connection = Open(TimeSpan.FromSeconds(15));
        var living = connection.LiveAsync();
        Assert.Equal("2", await PassUntilAsync(PollAsync(connection)));
        await connection.ReceiveAsync(["3"]);
        await living.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal(("Nothing was connected.", WebSocketCloseStatus.PolicyViolation), (connection.Goodbye, connection.CloseStatus));
    }

    [Fact]
    public async Task Ends_when_a_poll_is_given_up()
    {
        using var connection = await ConnectedAsync(TimeSpan.FromSeconds(15));
        using var gone = new CancellationTokenSource();
        var poll = connection.PollAsync(gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        Assert.Equal("The poll was given up.", connection.Goodbye);
    }

    [Fact]
    public async Task Beats_although_more_waits_than_has_room()
    {
        using var connection = await ConnectedAsync(TimeSpan.FromMinutes(5));
        var living = connection.LiveAsync();
        var waiting = FillAsync(connection, new string('x', 1000));
        _clock.Advance(EngineLimits.PingInterval);
        var polls = new List<string>();
        while (polls.Count < 3) polls.Add((await PollAsync(connection))!);
        Assert.Contains("2", polls);
        Assert.True(await waiting);
        connection.Close("Enough.");
        await living;
    }

    [Fact]
    public async Task Bears_a_client_that_takes_a_beat_first()
    {
        var clock = new CountingClock();
        var queue = new OutgoingQueue(clock);
        Assert.True(queue.TryAdd(new string('x', EngineLimits.MostWaitingCharacters)));
        var waiting = queue.AddAsync("y", TimeSpan.FromSeconds(15));
        clock.Advance(TimeSpan.FromSeconds(10));
        queue.AddPing();
        Assert.Equal(["2"], queue.Take());
        await Eventually.TrueAsync(() => clock.Waits == 2, s_patience, static () => "did not begin to wait anew");
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(queue.Take());
        Assert.True(await waiting.WaitAsync(s_patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Bears_a_client_that_takes_little_but_always_something_and_drops_one_that_takes_nothing()
    {
        using var connection = await ConnectedAsync(TimeSpan.FromSeconds(15));
        // One that needs all the room, and must wait for many shares.
        for (var n = 0; n < 25; n++) Assert.True(await connection.SendAsync(new string('x', 10_000)));
        var waiting = connection.SendAsync(new string('y', EngineLimits.MostWaitingCharacters - 20_000));
        for (var second = 0; second < 40 && !waiting.IsCompleted; second += 10)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            Assert.InRange((await PollAsync(connection))!.Length, 10_000, EngineLimits.LargestShare + 10);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.True(await waiting);
        var unheard = FillAsync(connection, new string('z', 10_000));
        await PassUntilAsync(unheard);
        Assert.False(await unheard);
        Assert.Equal("Too slow: connect again and catch up.", connection.Goodbye);
    }

    [Fact]
    public async Task Goes_on_by_polling_when_a_web_socket_says_nothing()
    {
        using var connection = await ConnectedAsync(TimeSpan.FromSeconds(15));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var far = new TcpClient();
        await far.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using var near = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var socket = WebSocket.CreateFromStream(near.GetStream(), new WebSocketCreationOptions { IsServer = true });
        Assert.True(connection.BeginUpgrade());
        Assert.False(connection.BeginUpgrade());
        await PassUntilAsync(connection.UpgradeToAsync(socket));
        Assert.False(connection.IsOnWebSocket);
        Assert.True(connection.BeginUpgrade());
        connection.EndUpgrade(onWebSocket: false);
        Assert.True(await connection.SendAsync("x"));
        Assert.Equal("4x", await PollAsync(connection));
    }

    public async ValueTask InitializeAsync() => _beside = await Beside.OpenAsync(_place);

    public async ValueTask DisposeAsync()
    {
        await _beside.DisposeAsync();
        _place.Dispose();
    }

    /// <summary>Sends until there is no room, and gives the send that waits for it.</summary>
    private static Task<bool> FillAsync(EngineConnection connection, string message)
    {
        while (true)
        {
            var sending = connection.SendAsync(message);
            if (!sending.IsCompleted) return sending;
        }
    }

    private static Task<string?> PollAsync(EngineConnection connection) => connection.PollAsync(CancellationToken.None).WaitAsync(s_patience, TestContext.Current.CancellationToken);

    private EngineConnection Open(TimeSpan slowest)
    {
        var pump = new EncounterPump(new EncounterFollower(_beside.Feed, _beside.Encounters, _beside.Transcripts), _clock, NullLogger<EncounterPump>.Instance);
        return new(
            "a", onWebSocket: false, mine => new(mine.SendAsync, (emit, ended) => new(_beside.Encounters, _beside.Transcripts, pump, emit, ended), mine.Ended), static _ => { }, slowest, _clock, NullLogger.Instance);
    }

    private async Task<EngineConnection> ConnectedAsync(TimeSpan slowest)
    {
        var connection = Open(slowest);
        Assert.True(await connection.ReceiveAsync(["40"]));
        Assert.StartsWith("40{\"sid\"", await PollAsync(connection), StringComparison.Ordinal);
        return connection;
    }

    private async Task<T> PassUntilAsync<T>(Task<T> waited)
    {
        await PassUntilAsync((Task)waited);
        return await waited;
    }

    // In steps, since each wait begins when the one before is over.
    private Task PassUntilAsync(Task waited) => Eventually.TrueAsync(
        () =>
        {
            if (!waited.IsCompleted) _clock.Advance(TimeSpan.FromSeconds(1));
            return waited.IsCompleted;
        },
        s_patience,
        () => "It waits for ever.");

    private sealed class CountingClock : FakeTimeProvider
    {
        private int _waits;

        public int Waits => Volatile.Read(ref _waits);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _waits);
            return timer;
        }
    }
}
