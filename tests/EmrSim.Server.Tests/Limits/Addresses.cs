using System.Net;
using EmrSim.Server.Limits;

namespace EmrSim.Server.Tests.Limits;

public sealed class Addresses
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    [InlineData("::1", "::/64")]
    public void Count_as_one_household(string address, string subject) => Assert.Equal(subject, CallerAddress.Subject(IPAddress.Parse(address)));
}
