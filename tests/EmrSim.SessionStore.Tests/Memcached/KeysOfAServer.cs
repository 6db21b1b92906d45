using System.Net;
using System.Net.Sockets;
using System.Text;
using EmrSim.SessionStore.Memcached;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Tests.Memcached;

public sealed class KeysOfAServer
{
    private const string Two = "key=a exp=1 la=1 cas=1 fetch=no cls=1 size=1\r\nkey=b%20c exp=1 la=1 cas=1 fetch=no cls=1 size=1\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_told_by_a_real_one_to_the_last()
    {
        await using var server = await MemcachedServer.StartAsync();
        for (var i = 0; i < 1000; i++) await server.AskAsync($"ms k:{i} 1\r\nv");
        Assert.Equal(Enumerable.Range(0, 1000).Select(static i => $"k:{i}").Order(), (await KeysAsync(server.Port)).Order());
    }

    [Fact]
    public async Task Are_none_of_an_empty_one()
    {
        await using var server = await MemcachedServer.StartAsync();
        Assert.Empty(await KeysAsync(server.Port));
    }

    [Fact]
    public async Task Are_waited_for_while_its_crawler_is_busy() =>
        Assert.Equal(["a", "b c"], await AnsweredAsync("BUSY currently processing crawler request\r\n", "BUSY currently processing crawler request\r\n", Two + "END\r\n"));

    [Theory]
    [InlineData(Two)]
    [InlineData("")]
    [InlineData("ERROR\r\n")]
    [InlineData("CLIENT_ERROR lru crawler disabled\r\n")]
    [InlineData(Two + "SERVER_ERROR out of memory\r\n")]
    public async Task Are_not_believed_to_be_all_without_an_end(string answer)
    {
        var incomplete = await Assert.ThrowsAsync<TierUnavailableException>(() => AnsweredAsync(answer));
        Assert.Contains("did not tell all its keys", incomplete.Message, StringComparison.Ordinal);
    }

    /// <summary>Of one that answers so to one request after the other, and closes the connection.</summary>
    private static async Task<List<string>> AnsweredAsync(params string[] answers)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync(listener, answers);
        try
        {
            return await KeysAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        }
        finally
        {
            await answering;
        }
    }

    private static async Task AnswerAsync(TcpListener listener, string[] answers)
    {
        using var client = await listener.AcceptTcpClientAsync(Token);
        using var reader = new StreamReader(client.GetStream());
        foreach (var answer in answers)
        {
            Assert.Equal("lru_crawler metadump all", await reader.ReadLineAsync(Token));
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), Token);
        }
    }

    private static async Task<List<string>> KeysAsync(int port) => await KeyDump.OfAsync("127.0.0.1", port, null, TimeProvider.System, Token).ToListAsync(Token);
}
