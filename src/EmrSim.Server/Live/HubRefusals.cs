using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.SignalR;

namespace EmrSim.Server.Live;

/// <summary>
/// A program compiled ahead calls hub methods by reflection, which wraps what they throw; a client would be told of an unexpected
/// error in the place of the refusal.
/// </summary>
internal sealed class HubRefusals : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(wrapped.InnerException);
            throw;
        }
    }
}
