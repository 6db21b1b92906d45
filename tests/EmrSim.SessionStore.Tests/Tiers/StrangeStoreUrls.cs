namespace EmrSim.SessionStore.Tests.Tiers;

/// <summary>Addresses made of right ones by chance: each is read or refused in words, and neither shows the password. The seed is in the message of a failure.</summary>
public sealed class StrangeStoreUrls
{
    private const string Password = "Tr0ub4dor";
    private const int Rounds = 20_000;
    private static readonly string[] s_sound =
    [
        $"redis://:{Password}@localhost:6379/3?ca=/etc/ca.pem", $"rediss://user:{Password}@name.example.net:6380", $"redis+sentinel://:{Password}@a,b:26379,c/main?sentinelUser=watch",
        $"rediss+cluster://:{Password}@10.0.0.1:6379,[::1]:6380", "memcached://m1,m2:11212", $"valkey://:{Password}@localhost",
    ];

    private static readonly string[] s_parts = ["@", ":", "/", "?", "#", "%", "%zz", "%40", ",", "[", "]", "=", "&", " ", "\0", "\n", "99999", "-1", "redis", "://", "é", "\ud800", "main"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(null)]
    public void Are_read_or_refused_and_never_show_the_password(int? given)
    {
        var seed = given ?? Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var text = s_sound[random.Next(s_sound.Length)];
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(text.Length + 1);
                var cut = random.Next(3) == 0 ? random.Next(Math.Min(4, text.Length - at + 1)) : 0;
                text = text[..at] + (random.Next(4) == 0 ? "" : s_parts[random.Next(s_parts.Length)]) + text[(at + cut)..];
            }

            var isRead = StoreUrl.TryParse(text, out var url, out var problem);
            var told = isRead ? $"{url}" : problem!;
            Assert.False(string.IsNullOrWhiteSpace(told), $"seed {seed}: {text}");
            if (text.Contains(Password, StringComparison.Ordinal) && !told.Contains("Tr0ub4", StringComparison.Ordinal)) continue;
            Assert.False(told.Contains(Password, StringComparison.Ordinal), $"seed {seed}: {text} is told as {told}");
        }
    }
}
