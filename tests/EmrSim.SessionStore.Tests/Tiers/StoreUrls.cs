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
    [InlineData("redis+sentinel://u:hush@h1,h2")]
    [InlineData("redis+sentinel://u:hush@h1,h2/")]
    [InlineData("redis+sentinel://u:hush@h1,h2/0")]
    [InlineData("redis+sentinel://u:hush@h1,h2/primary/first")]
    [InlineData("redis+sentinel://u:hush@h1,,h2/primary")]
    [InlineData("redis+sentinel://h1/primary?sentinelPassword=")]
    [InlineData("redis+sentinel://h1/primary?sentinelPasword=hush")]
    [InlineData("redis+sentinel://h1/primary?sentinelPassword=hu%ZZsh")]
    [InlineData("redis+sentinel://h1/primary?ca=/hush.pem")]
    [InlineData("redis+cluster://u:hush@")]
    [InlineData("redis+cluster://u:hush@h1,h2/1")]
    [InlineData("redis+cluster://u:hush@h1,h2?sentinelPassword=x")]
    [InlineData("redis+cluster://u:hush@h1,h2:0")]
    [InlineData("redis://u:hush@more@h")]
    [InlineData("redis://u:hush%@h")]
    [InlineData("redis://u:hush%4@h")]
    [InlineData("redis://u:hush/more@h")]
    [InlineData("redis://u:hush?more@h")]
    [InlineData("redis://[::1")]
    [InlineData("redis+http://u:hush@h")]
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

    [Theory]
    [InlineData("redis+sentinel://h1,h2:7000,[::1]/main", StoreServerKind.Sentinel, "h1:26379 h2:7000 [::1]:26379", false, "main", 0)]
    [InlineData("rediss+sentinel://h1/main/3?sentinelPassword=hush", StoreServerKind.Sentinel, "h1:26379", true, "main", 3)]
    [InlineData("valkey+sentinel://h1/main/3/?sentinelUser=u&sentinelPassword=hush", StoreServerKind.Sentinel, "h1:26379", false, "main", 3)]
    [InlineData("redis+cluster://h1,h2:7001,h1", StoreServerKind.Cluster, "h1:6379 h2:7001", false, null, 0)]
    [InlineData("rediss+cluster://h1,h2:7001/0?tlsName=cluster.example.net", StoreServerKind.Cluster, "h1:6380 h2:7001", true, null, 0)]
    public void Name_several_hosts(string text, StoreServerKind kind, string endpoints, bool tls, string? primary, int database)
    {
        Assert.True(StoreUrl.TryParse(text, out var url, out var problem), problem);
        Assert.Equal((kind, endpoints, tls, primary, database), (url.Kind, string.Join(' ', url.Endpoints), url.IsTls, url.PrimaryName, url.Database));
    }

    [Fact]
    public void Tell_the_sentinels_password_from_the_servers()
    {
        var url = StoreUrl.Parse("rediss+sentinel://robin:p%40ss%25@h1,h2/main/2?sentinelUser=watch&sentinelPassword=s%26%3D%40&ca=%2Fetc%2Fca.pem&tlsName=redis.internal");
        Assert.Equal(("robin", "p@ss%", "watch", "s&=@", "/etc/ca.pem", "redis.internal"), (url.User, url.Password, url.SentinelUser, url.SentinelPassword, url.AuthorityFile, url.CertificateName));
        Assert.Equal("rediss+sentinel://robin:***@h1:26379,h2:26379/main/2?sentinelUser=watch&sentinelPassword=***", url.Masked);
    }

    [Fact]
    public void Are_the_same_when_they_mean_the_same()
    {
        Assert.Equal(StoreUrl.Parse("redis+cluster://h1,h2:6379"), StoreUrl.Parse("redis+cluster://h1:6379,h2/0"));
        Assert.Equal(StoreUrl.Parse("valkey://h"), StoreUrl.Parse("redis://h:6379/0"));
        Assert.NotEqual(StoreUrl.Parse("redis+cluster://h1"), StoreUrl.Parse("redis://h1"));
        Assert.NotEqual(StoreUrl.Parse("redis://:one@h"), StoreUrl.Parse("redis://:two@h"));
        Assert.NotEqual(StoreUrl.Parse("redis+sentinel://h/main?sentinelPassword=a"), StoreUrl.Parse("redis+sentinel://h/main?sentinelPassword=b"));
    }

    [Fact]
    public void Show_no_secret_wherever_they_are_shown()
    {
        Assert.True(StoreUrl.TryParse("rediss://robin:hush@h:6380/2", out var url, out _));
        Assert.Equal("rediss://robin:***@h:6380/2", url.Masked);
        Assert.Equal(url.Masked, $"{url}");
    }
}
