using System.Globalization;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>The connection to one sentinel: asks it, and hears when it announces a failover.</summary>
internal sealed class SentinelLink(StoreUrl url, StoreEndpoint endpoint, TimeProvider time, Action switched) : IAsyncDisposable
{
    private static readonly RedisChannel s_switched = RedisChannel.Literal("+switch-master");
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(400);
    private Task<ConnectionMultiplexer>? _connecting;
    private ConnectionMultiplexer? _client;
    private bool _isSubscribed;
    private volatile bool _isRefused;
    private volatile string? _distrust;

    public StoreEndpoint Endpoint => endpoint;

    private SentinelAnswer Silence => _distrust is { } problem ? new(SentinelWord.Distrusted, Problem: problem) : new(_isRefused ? SentinelWord.Refused : SentinelWord.Silent);

    /// <summary>Never throws: a sentinel that can't tell is one of the answers.</summary>
    public async Task<SentinelAnswer> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            _connecting ??= ConnectAsync();
            _client = await _connecting.WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false);
            if (!_client.IsConnected) return Silence;
            var answer = await AskAsync(_client.GetServers()[0]).WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false);
            await SubscribeAsync(_client, cancellationToken).ConfigureAwait(false);
            return answer;
        }
        catch (RedisServerException refused)
        {
            return new(WordOf(refused));
        }
        catch (Exception silent) when (silent is RedisException or TimeoutException or IOException or ObjectDisposedException or System.Security.Cryptography.CryptographicException)
        {
            if (_connecting is { IsFaulted: true }) _connecting = null;
            return Silence;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connecting is null) return;
        await ((Task)_connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_connecting.IsCompletedSuccessfully) await (await _connecting.ConfigureAwait(false)).CloseAsync(false).ConfigureAwait(false);
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var options = RedisOptions.ForSentinel(url, endpoint);
        options.ConnectionAttemptCompleted += (_, attempt) => Note(attempt);
        return await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
    }

    private static SentinelWord WordOf(RedisServerException refused)
    {
        if (refused.Message.StartsWith("NOPERM", StringComparison.Ordinal)) return SentinelWord.Forbidden;
        if (refused.Message.Contains("No such master", StringComparison.OrdinalIgnoreCase)) return SentinelWord.UnknownName;
        return RedisAdvice.IsUnknownCommand(refused) ? SentinelWord.NoSentinel : SentinelWord.Silent;
    }

    // A certificate that does not fit counts as a failed authentication too. An attempt that got nowhere tells nothing new.
    private void Note(ConnectionAttemptCompletedEventArgs attempt)
    {
        var isOfTls = !attempt.IsSuccess && RedisAdvice.IsOfTls(attempt);
        if (!isOfTls && attempt.FailureType == ConnectionFailureType.UnableToConnect && !attempt.IsSuccess) return;
        _distrust = isOfTls ? RedisAdvice.Of(attempt, url) : null;
        _isRefused = !attempt.IsSuccess && !isOfTls && attempt.FailureType == ConnectionFailureType.AuthenticationFailure;
    }

    // The number first: an address that is asked for later can only be newer.
    private async Task<SentinelAnswer> AskAsync(IServer sentinel)
    {
        var facts = await sentinel.SentinelMasterAsync(url.PrimaryName!).ConfigureAwait(false);
        var epoch = facts.FirstOrDefault(static fact => fact.Key == "config-epoch").Value;
        var address = (string[]?)await sentinel.ExecuteAsync("SENTINEL", "GET-MASTER-ADDR-BY-NAME", url.PrimaryName!).ConfigureAwait(false);
        if (address is not { Length: 2 } || !int.TryParse(address[1], CultureInfo.InvariantCulture, out var port)) return new(SentinelWord.UnknownName);
        return new(SentinelWord.Told, new(address[0], port), long.TryParse(epoch, CultureInfo.InvariantCulture, out var number) ? number : 0);
    }

    // The first one right after connecting may be refused. Asking goes on without it: it only makes a failover known sooner.
    private async Task SubscribeAsync(ConnectionMultiplexer client, CancellationToken cancellationToken)
    {
        if (_isSubscribed) return;
        try
        {
            var subscribing = client.GetSubscriber().SubscribeAsync(s_switched, (_, message) =>
            {
                if (((string?)message)?.StartsWith(url.PrimaryName + " ", StringComparison.Ordinal) == true) switched();
            });
            await subscribing.WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false);
            _isSubscribed = true;
        }
        catch (Exception refused) when (refused is RedisException or TimeoutException)
        {
            _isSubscribed = false;
        }
    }
}
