import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import { type Cluster, cluster, type ClusterAddress, clusterAddress } from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Param, Put } from '@nestjs/common';
import { ClusterAddresses } from './cluster-addresses.js';

@Controller('v1/clusters/:id/address')
export class ClusterAddressesController {
  constructor(private readonly addresses: ClusterAddresses) {}

  /** Of the installation's own cluster, too. */
  @Put()
  @Requires('clusters:update')
  @Answers(cluster)
  setClusterAddress(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: clusterAddress }) body: ClusterAddress,
  ): Promise<Cluster> {
    return this.addresses.set(caller, id, body);
  }
}
