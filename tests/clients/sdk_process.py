"""openstacksdk at work for a test: it runs in the SDK's own environment, one connection for all calls.

Each line of standard input is JSON: `call` is a method of the SDK's networking proxy, with its `args` and `kwargs`; an
argument {"get": [method, id]} stands for the resource that this method gets. Each line of standard output is JSON:
`value` is what the method returned, as plain data, or `error` is the name of what it raised, with its `words`.
"""

import json
import sys
import types

import openstack
from openstack import exceptions, resource


def main() -> None:
    """Serve until standard input ends."""
    network = openstack.connect().network
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"value": plain(call(network, request))}
        except exceptions.SDKException as error:
            answer = {"error": type(error).__name__, "words": str(error)}
        print(json.dumps(answer), flush=True)


def call(network: object, request: dict) -> object:
    """What the method returns, a list in whole."""
    args = [resolved(network, argument) for argument in request["args"]]
    kwargs = {name: resolved(network, argument) for name, argument in request["kwargs"].items()}
    returned = getattr(network, request["call"])(*args, **kwargs)
    return list(returned) if isinstance(returned, types.GeneratorType) else returned


def resolved(network: object, argument: object) -> object:
    """The argument, or the resource that it stands for."""
    if isinstance(argument, dict) and argument.keys() == {"get"}:
        method, *of = argument["get"]
        return getattr(network, method)(*of)
    return argument


def plain(value: object) -> object:
    """The value as JSON can write it."""
    if isinstance(value, resource.Resource):
        return value.to_dict(original_names=True) | {"id": value.id}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


if __name__ == "__main__":
    main()
