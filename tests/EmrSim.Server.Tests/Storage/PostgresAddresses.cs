using EmrSim.Server.Operations;
using EmrSim.Server.Storage;
using Npgsql;

namespace EmrSim.Server.Tests.Storage;

public sealed class PostgresAddresses
{
    [Fact]
    public void Become_every_part_of_the_connection()
    {
        var read = new NpgsqlConnectionStringBuilder(PostgresAddress.ToConnectionString("postgres://r%40bin:p%3Aa%2Fss%23@db.example.org:6543/emr%20sim?sslmode=verify-full&application_name=x&connect_timeout=9&pool_size=7"));
        Assert.Equal(
            ("db.example.org", 6543, "r@bin", "p:a/ss#", "emr sim", SslMode.VerifyFull, "x", 9, 7),
            (read.Host!, read.Port, read.Username!, read.Password!, read.Database!, read.SslMode, read.ApplicationName!, read.Timeout, read.MaxPoolSize));
    }

    [Theory]
    [InlineData("postgres://db/emrsim", "db", 5432)]
    [InlineData("postgresql://user@[::1]:7777/emrsim", "::1", 7777)]
    [InlineData("postgres:///emrsim?host=/var/run/postgresql", "/var/run/postgresql", 5432)]
    public void Have_their_usual_defaults(string address, string host, int port)
    {
        var read = new NpgsqlConnectionStringBuilder(PostgresAddress.ToConnectionString(address));
        Assert.Equal((host, port, "emrsim"), (read.Host!, read.Port, read.Database!));
    }

    [Theory]
    [InlineData("postgres://user:hush@db")]
    [InlineData("postgres://user:hush@db:notaport/emrsim")]
    [InlineData("postgres://user:hush@db/emrsim?sslmode=perhaps")]
    [InlineData("postgres://user:hush@db/emrsim?unheard_of=1")]
    [InlineData("postgres://user:hush@db/emrsim?pool_size=1")]
    public void That_can_not_be_used_are_refused_without_their_password(string address)
    {
        var refused = Assert.Throws<StartRefusedException>(() => PostgresAddress.ToConnectionString(address));
        Assert.StartsWith("DATABASE_URL cannot be used:", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refused.Message, StringComparison.Ordinal);
    }
}
