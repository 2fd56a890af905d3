import { forgetGroups, topicsReadBy, untilReadBy } from '../support/kafka-groups.js';
import { serviceNames } from '../support/platform.js';
import { usageSuite } from '../suites/usage.suite.js';
import { SeparatePlatform } from './separate-platform.js';

usageSuite(
  () => SeparatePlatform.start(),
  async (platform) => {
    const { brokers } = platform.kafka;
    const topics = await topicsReadBy(brokers, 'metering');
    await Promise.all(serviceNames.map((name) => platform.part(name).stop()));
    await forgetGroups(brokers, serviceNames);
    await Promise.all(serviceNames.map((name) => platform.part(name).start()));
    await untilReadBy(brokers, 'metering', topics);
    return platform;
  },
);
