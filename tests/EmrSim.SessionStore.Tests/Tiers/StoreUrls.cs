namespace EmrSim.SessionStore.Tests.Tiers;

public sealed class StoreUrls
{
    [Theory]
    [InlineData("redis://localhost", "localhost", 6379, false, null, null, 0)]
    [InlineData("redis://localhost:7000/3", "localhost", 7000, false, null, null, 3)]
    [InlineData("redis://:p%40ss%2Fw%3Ard@h", "h", 6379, false, null, "p@ss/w:rd", 0)]
    [InlineData("redis://user:secret@h:1/15/", "h", 1, false, "user", "secret", 15)]
    [InlineData("redis://user@h", "h", 6379, false, "user", null, 0)]
    [InlineData("rediss://:key@name.redis.example.net", "name.redis.example.net", 6380, true, null, "key", 0)]
    [InlineData("rediss://:key@name:6379", "name", 6379, true, null, "key", 0)]
    [InlineData("valkey://h", "h", 6379, false, null, null, 0)]
    [InlineData("keydb://h", "h", 6379, false, null, null, 0)]
    [InlineData("REDIS://h", "h", 6379, false, null, null, 0)]
    [InlineData("redis://[::1]:7001", "::1", 7001, false, null, null, 0)]
    [InlineData("redis://u:a%25b%2Bc+d@h", "h", 6379, false, "u", "a%b+c+d", 0)]
    [InlineData(" redis://127.0.0.1 ", "127.0.0.1", 6379, false, null, null, 0)]
    public void Are_read_as_they_are_meant(string text, string host, int port, bool tls, string? user, string? password, int database)
    {
        Assert.True(StoreUrl.TryParse(text, out var url, out var problem), problem);
        Assert.Equal((host, port, tls, user, password, database), (url.Host, url.Port, url.IsTls, url.User, url.Password, url.Database));
        if (password is not null) Assert.DoesNotContain(password, url.Masked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost:6379")]
    [InlineData("http://hush@localhost")]
    [InlineData("redis://")]
    [InlineData("redis:///0")]
    [InlineData("redis://u:hush@h:port")]
    [InlineData("redis://u:hush@h/first")]
    [InlineData("redis://u:hush@h/-1")]
    [InlineData("redis://u:hush@h?timeout=5")]
    [InlineData("redis+sentinel://u:hush@h1,h2/primary")]
    [InlineData("memcached://h")]
    [InlineData("redis://u:hush@h:0")]
    [InlineData("redis://u:hush@h#part")]
    [InlineData("redis://u:hu#sh@h")]
    [InlineData("redis://u:hush@h1,h2")]
    [InlineData("redis://u:hush@h:70000")]
    [InlineData("redis://u:hush@h one")]
    public void That_mean_nothing_are_refused_in_one_line_without_the_password(string text)
    {
        Assert.False(StoreUrl.TryParse(text, out _, out var problem));
        Assert.DoesNotContain("hush", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Fact]
    public void Show_no_secret_wherever_they_are_shown()
    {
        Assert.True(StoreUrl.TryParse("rediss://robin:hush@h:6380/2", out var url, out _));
        Assert.Equal("rediss://robin:***@h:6380/2", url.Masked);
        Assert.Equal(url.Masked, $"{url}");
    }
}
